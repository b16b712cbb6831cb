"""The ground's own places in the main navigation."""

from pilot_portal.accounts.models import Role
from pilot_portal.desk.registry import NavItem

EVERYBODY = frozenset({*Role.values, "guest"})
PUBLIC = frozenset({"public"})
CITY_READERS = frozenset({"city_handler", "city_chief", "leader", "auditor"})

PLACES = (
    NavItem("首页", "bulletin:home", PUBLIC, 10),
    NavItem("通知公告", "bulletin:notices", PUBLIC, 80),
    NavItem("文件验证", "documents:verify", PUBLIC, 90),
    NavItem("工作台", "desk:home", EVERYBODY, 10),
    NavItem("消息", "notifications:inbox", EVERYBODY, 90),
    NavItem("账号", "accounts:staff", frozenset({"sysadmin", "city_chief", "auditor"}), 92),
    NavItem("设置", "desk:settings", CITY_READERS, 95),
)
