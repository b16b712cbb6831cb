"""What an enterprise types into the four steps."""

GOOD: dict[str, dict[str, object]] = {
    "kinds": {"kinds": ["digital", "testing"], "title": "精密齿轮产线数字化改造"},
    "trouble": {"present_tier": "innovative", "situation": "产线数据靠手工记录。"},
    "goal": {"target_tier": "provincial", "wish": "实现质量追溯。", "due_on": "2023-12-31"},
    "money": {
        "budget": "12.5",
        "pays_from_gains": "on",
        "contact": "吴示例",
        "phone": "13800000001",
        "name_public": "",
    },
}
