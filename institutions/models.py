"""Applications, their frozen versions, county reports and the roster of pilot institutions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pilot_portal.accounts.models import Organisation
from pilot_portal.codes.models import Chain, ServiceKind
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.models import Case


class Application(Case):
    """One institution's application in one round (申报). The same case through every return."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", "填写中"
        SUBMITTED = "SUBMITTED", "待县区审核"
        SUBMITTED_CITY = "SUBMITTED_CITY", "待市局受理（直报）"
        ACCEPTED_DIRECT = "ACCEPTED_DIRECT", "市局已受理（直报）"
        RETURNED = "RETURNED", "已退回，待修改"
        RECOMMENDED = "RECOMMENDED", "县区已推荐"
        DECLINED = "DECLINED", "不予推荐"
        PROPOSED = "PROPOSED", "拟确认"
        PUBLICITY = "PUBLICITY", "公示中"
        CONFIRMED = "CONFIRMED", "已确认"
        NOT_CONFIRMED = "NOT_CONFIRMED", "不予确认"
        REVOKED = "REVOKED", "已撤销确认"
        WITHDRAWN = "WITHDRAWN", "已撤回申报"
        LAPSED = "LAPSED", "逾期失效"

    class Route(models.TextChoices):
        COUNTY = "COUNTY", "报县市区工信部门"
        DIRECT = "DIRECT", "直报市局"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, verbose_name="服务机构（平台）", on_delete=models.PROTECT, related_name="+"
    )
    region = models.ForeignKey(Region, verbose_name="所在县市区", on_delete=models.PROTECT, related_name="+")
    number = models.CharField("申报编号", max_length=20, unique=True, null=True, blank=True)
    route = models.CharField("报送方式", max_length=8, choices=Route, default=Route.COUNTY)
    direct_reason = models.CharField("直报理由", max_length=300, blank=True)
    versions_count = models.PositiveSmallIntegerField("提交次数", default=0)
    created_at = models.DateTimeField("建立时间")
    submitted_at = models.DateTimeField("首次提交时间", null=True, blank=True)
    last_submitted_at = models.DateTimeField("最近提交时间", null=True, blank=True)
    received_on_paper_at = models.DateTimeField("纸质收件时间", null=True, blank=True)
    opened_by_county_at = models.DateTimeField("县区打开时间", null=True, blank=True)
    mend_until = models.DateTimeField("补正截止", null=True, blank=True)
    publicity_until = models.DateTimeField("公示截止", null=True, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    recommended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="推荐人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="拟办人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    checklist = models.JSONField("县区核对", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "申报"
        constraints = [
            models.UniqueConstraint(fields=["round", "organisation"], name="one_application_per_round"),
        ]
        indexes = [
            models.Index(fields=["round", "region", "state", "-last_submitted_at"], name="application_queue"),
        ]

    def __str__(self) -> str:
        return self.number or f"草稿 {self.pk}"


class DraftSection(models.Model):
    """One section of a draft: the raw typed strings, with a revision counter that autosave checks."""

    application = models.ForeignKey(
        Application, verbose_name="申报", on_delete=models.CASCADE, related_name="sections"
    )
    section = models.CharField("部分", max_length=20)
    data = models.JSONField("内容", default=dict)
    revision = models.PositiveIntegerField("修订", default=0)
    is_done = models.BooleanField("填完", default=False)
    updated_at = models.DateTimeField("保存时间")
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="保存人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "申报草稿"
        constraints = [models.UniqueConstraint(fields=["application", "section"], name="draft_section_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.section}"


class ApplicationVersion(models.Model):
    """A frozen submission. `data` holds every value of the forms; columns repeat what lists need."""

    application = models.ForeignKey(
        Application, verbose_name="申报", on_delete=models.CASCADE, related_name="versions"
    )
    version = models.PositiveSmallIntegerField("版本")
    submitted_at = models.DateTimeField("提交时间")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    data = models.JSONField("内容")
    digest = models.CharField("摘要", max_length=64)
    contact = models.CharField("联系人", max_length=40)
    phone = models.CharField("联系电话", max_length=40)
    capacity = models.PositiveIntegerField("年服务企业能力（家）")
    committed = models.PositiveIntegerField("承诺服务企业数（家）")
    kinds = models.ManyToManyField(ServiceKind, verbose_name="主要服务内容", related_name="+")
    chains = models.ManyToManyField(Chain, verbose_name="产业链", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "申报版本"
        constraints = [
            models.UniqueConstraint(fields=["application", "version"], name="version_once"),
            models.CheckConstraint(
                condition=Q(committed__lte=F("capacity")), name="committed_within_capacity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} v{self.version}"


class YearFigures(models.Model):
    """One year of 近年经营状况 of a version; in 万元; None where the body was not yet registered."""

    version = models.ForeignKey(
        ApplicationVersion, verbose_name="版本", on_delete=models.CASCADE, related_name="years"
    )
    year = models.PositiveSmallIntegerField("年份")
    staff = models.PositiveIntegerField("从业人数（不含外聘）", null=True)
    graduates = models.PositiveIntegerField("其中：本科及以上学历人员", null=True)
    assets = models.DecimalField("资产总额", max_digits=14, decimal_places=2, null=True)
    fixed_assets = models.DecimalField("固定资产", max_digits=14, decimal_places=2, null=True)
    current_assets = models.DecimalField("流动资产", max_digits=14, decimal_places=2, null=True)
    liabilities = models.DecimalField("负债总额", max_digits=14, decimal_places=2, null=True)
    net_assets = models.DecimalField("净资产", max_digits=14, decimal_places=2, null=True)
    revenue = models.DecimalField("主营业务收入", max_digits=14, decimal_places=2, null=True)
    service_revenue = models.DecimalField("其中：服务性收入", max_digits=14, decimal_places=2, null=True)
    service_cost = models.DecimalField("服务成本支出", max_digits=14, decimal_places=2, null=True)
    labour_cost = models.DecimalField("其中：人工成本", max_digits=14, decimal_places=2, null=True)
    activity_cost = models.DecimalField("服务活动成本", max_digits=14, decimal_places=2, null=True)
    tax = models.DecimalField("上缴税金", max_digits=14, decimal_places=2, null=True)
    profit = models.DecimalField("净利润", max_digits=14, decimal_places=2, null=True)

    class Meta:
        verbose_name = verbose_name_plural = "经营状况"
        constraints = [
            models.UniqueConstraint(fields=["version", "year"], name="figures_once_per_year"),
            models.CheckConstraint(
                condition=Q(net_assets=None) | Q(net_assets=F("assets") - F("liabilities")),
                name="net_assets_computed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.year}"


class CountyReport(Case):
    """A county's 推荐文件 with Attachment 1. Edition 1, then 补充推荐 with the differences only."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", "编制中"
        SUBMITTED = "SUBMITTED", "已报送市局"
        RETURNED = "RETURNED", "市局退回"
        ACCEPTED = "ACCEPTED", "市局已接收"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, verbose_name="县市区", on_delete=models.PROTECT, related_name="+")
    number = models.CharField("编号", max_length=24, unique=True)
    edition = models.PositiveSmallIntegerField("版次", default=1)
    document_number = models.CharField("推荐文件文号", max_length=60, blank=True)
    created_at = models.DateTimeField("建立时间")
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="报送人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    paper_received_at = models.DateTimeField("纸质件收到", null=True, blank=True)
    mailed_at = models.DateTimeField("已发邮件", null=True, blank=True)
    revision = models.PositiveIntegerField("修订", default=0)
    frozen = models.JSONField("冻结内容", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "县区推荐"
        constraints = [
            models.UniqueConstraint(fields=["round", "region", "edition"], name="report_edition_once"),
        ]

    def __str__(self) -> str:
        return self.number


class ReportRow(models.Model):
    """One recommended application in a county's report, in the county's order, with its remark."""

    report = models.ForeignKey(
        CountyReport, verbose_name="推荐", on_delete=models.CASCADE, related_name="rows"
    )
    application = models.ForeignKey(
        Application, verbose_name="申报", on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField("序号")
    remark = models.CharField("备注", max_length=200, blank=True)
    is_set_aside = models.BooleanField("市局暂缓", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "推荐明细"
        constraints = [models.UniqueConstraint(fields=["report", "application"], name="report_row_once")]

    def __str__(self) -> str:
        return f"{self.report} {self.position}"


class PilotInstitution(Case):
    """An institution on the roster of a round. `taken` counts distinct enterprises."""

    class State(models.TextChoices):
        LISTED = "LISTED", "试点中"
        WARNED = "WARNED", "已提醒整改"
        RECTIFYING = "RECTIFYING", "整改中"
        SUSPENDED = "SUSPENDED", "暂停"
        COMPLETED = "COMPLETED", "已完成"
        EXITED = "EXITED", "自愿退出"
        REMOVED = "REMOVED", "已移出"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, verbose_name="服务机构（平台）", on_delete=models.PROTECT, related_name="+"
    )
    application = models.OneToOneField(
        Application, verbose_name="申报", on_delete=models.PROTECT, related_name="+"
    )
    region = models.ForeignKey(Region, verbose_name="所在县市区", on_delete=models.PROTECT, related_name="+")
    listed_at = models.DateTimeField("确认时间")
    published_at = models.DateTimeField("名单发布时间", null=True, blank=True)
    capacity = models.PositiveIntegerField("年服务企业能力（家）")
    committed = models.PositiveIntegerField("承诺服务企业数（家）")
    taken = models.PositiveIntegerField("已占能力（家）", default=0)
    kinds = models.ManyToManyField(ServiceKind, verbose_name="服务类型", related_name="+")
    introduction = models.TextField("服务能力介绍", blank=True)
    suspended_from = models.CharField("暂停前状态", max_length=24, blank=True)
    suspended_until = models.DateTimeField("暂停至", null=True, blank=True)
    rectify_until = models.DateTimeField("整改截止", null=True, blank=True)
    removal_notice_at = models.DateTimeField("移出事先告知送达", null=True, blank=True)
    removal_reply = models.TextField("机构陈述申辩", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "试点机构"
        constraints = [
            models.UniqueConstraint(fields=["round", "organisation"], name="listed_once_per_round"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="taken_within_capacity"),
        ]

    def __str__(self) -> str:
        return str(self.organisation)
