"""Satisfaction, evaluation, awards, sanctions and cultivation results."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from demands.models import Enterprise
from institutions.models import PilotInstitution
from matching.models import Engagement
from pilot_portal.accounts.models import Organisation
from pilot_portal.bulletin.models import Publication
from pilot_portal.codes.models import Tier
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.models import Case


class Questionnaire(Case):
    """One engagement's satisfaction questionnaire (满意度): once, with one follow-up, frozen at the end."""

    class State(models.TextChoices):
        OPEN = "OPEN", "待评价"
        ANSWERED = "ANSWERED", "已评价"
        FOLLOWED_UP = "FOLLOWED_UP", "已追评"
        CLOSED = "CLOSED", "已截止"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    engagement = models.OneToOneField(
        Engagement, verbose_name="服务合同", on_delete=models.PROTECT, related_name="+"
    )
    pilot = models.ForeignKey(
        PilotInstitution, verbose_name="试点机构", on_delete=models.PROTECT, related_name="+"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField("开放时间")
    answered_at = models.DateTimeField("评价时间", null=True, blank=True)
    answers = models.JSONField("各项评分", default=dict)
    reasons = models.JSONField("低分理由", default=dict)
    overall = models.PositiveSmallIntegerField("总体满意", null=True, blank=True)
    would_continue = models.BooleanField("愿意继续合作", null=True, blank=True)
    comment = models.TextField("意见建议", blank=True)
    comment_public = models.BooleanField("文字可向机构展示", default=False)
    follow_up = models.TextField("追评", blank=True)
    followed_up_at = models.DateTimeField("追评时间", null=True, blank=True)
    is_left_out = models.BooleanField("不计入", default=False)
    left_out_reason = models.CharField("不计入理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "满意度问卷"
        constraints = [
            models.CheckConstraint(
                condition=Q(overall=None) | Q(overall__range=(1, 5)), name="overall_one_to_five"
            ),
        ]
        indexes = [models.Index(fields=["pilot", "state"], name="questionnaire_of_pilot")]

    def __str__(self) -> str:
        return f"{self.engagement}"


class Evaluation(Case):
    """The end-of-term evaluation of one pilot institution: figures as computed, then a person's decision."""

    class State(models.TextChoices):
        COMPUTED = "COMPUTED", "已计算"
        NOTIFIED = "NOTIFIED", "已告知"
        OBJECTED = "OBJECTED", "有异议"
        DECIDED = "DECIDED", "已决定"
        PUBLISHED = "PUBLISHED", "已公布"

    class Verdict(models.TextChoices):
        KEEP = "keep", "继续"
        RECTIFY = "rectify", "整改"
        REMOVE = "remove", "移出"
        NOT_JUDGED = "not_judged", "样本不足，不作结论"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    pilot = models.OneToOneField(
        PilotInstitution, verbose_name="试点机构", on_delete=models.PROTECT, related_name="+"
    )
    computed_at = models.DateTimeField("计算时间")
    questionnaires = models.PositiveIntegerField("应收问卷")
    answered = models.PositiveIntegerField("有效问卷")
    satisfied = models.PositiveIntegerField("满意份数")
    left_out = models.PositiveIntegerField("不计入份数")
    score = models.DecimalField("综合得分", max_digits=6, decimal_places=2, null=True)
    served = models.PositiveIntegerField("验收服务企业数")
    committed = models.PositiveIntegerField("承诺服务企业数")
    rank = models.PositiveIntegerField("名次", null=True)
    proposal = models.CharField("系统提示", max_length=12, choices=Verdict)
    findings = models.JSONField("说明", default=list)
    decision = models.CharField("决定", max_length=12, choices=Verdict, blank=True)
    decision_number = models.CharField("文号", max_length=60, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="决定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    notified_at = models.DateTimeField("告知时间", null=True, blank=True)
    objection = models.TextField("异议", blank=True)
    publication = models.ForeignKey(
        Publication, verbose_name="公告", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "期满评价"

    def __str__(self) -> str:
        return f"{self.round.code} {self.pilot}"


class Award(Case):
    """A proposed and approved award (评比奖补). Only the bureau approves: body, minutes, number."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "拟奖补"
        PUBLICITY = "PUBLICITY", "公示中"
        APPROVED = "APPROVED", "已批准"
        REJECTED = "REJECTED", "未批准"
        PAID = "PAID", "已拨付"
        REDUCED = "REDUCED", "已扣减"
        CANCELLED = "CANCELLED", "已取消"
        RECOVERING = "RECOVERING", "追回中"
        RECOVERED = "RECOVERED", "已追回"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    pilot = models.OneToOneField(
        PilotInstitution, verbose_name="试点机构", on_delete=models.PROTECT, related_name="+"
    )
    evaluation = models.ForeignKey(
        Evaluation, verbose_name="评价", on_delete=models.PROTECT, related_name="+"
    )
    amount_fen = models.BigIntegerField("金额（分）", default=0)
    reason = models.CharField("理由", max_length=300, blank=True)
    approved_body = models.CharField("批准会议", max_length=80, blank=True)
    minutes = models.CharField("会议纪要", max_length=80, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提议人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    publicity_until = models.DateTimeField("公示截止", null=True, blank=True)
    created_at = models.DateTimeField("建立时间")
    publication = models.ForeignKey(
        Publication, verbose_name="公告", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "评比奖补"
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gte=0), name="award_not_negative")]

    def __str__(self) -> str:
        return f"{self.round.code} {self.pilot}"


class Sanction(Case):
    """A sanction against an institution, applicant or enterprise (三（三）惩处措施). People decide."""

    class State(models.TextChoices):
        CLUE = "CLUE", "线索"
        VERIFYING = "VERIFYING", "核查中"
        HEARD = "HEARD", "已听取陈述"
        DECIDED = "DECIDED", "已决定"
        PUBLISHED = "PUBLISHED", "已公布"
        REVERSED = "REVERSED", "已撤销"
        DROPPED = "DROPPED", "不予处理"

    class Measure(models.TextChoices):
        REDUCE = "reduce", "扣减奖补资金"
        CANCEL = "cancel", "取消奖补资格"
        CRITICISE = "criticise", "通报批评"
        REMOVE = "remove", "移出试点"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, verbose_name="当事单位", on_delete=models.PROTECT, related_name="+"
    )
    clue = models.TextField("线索")
    findings = models.TextField("核查情况", blank=True)
    statement = models.TextField("当事人陈述", blank=True)
    measure = models.CharField("措施", max_length=12, choices=Measure, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    ends_on = models.DateField("公布至", null=True, blank=True)
    created_at = models.DateTimeField("建立时间")
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="承办人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    publication = models.ForeignKey(
        Publication, verbose_name="公告", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "处理"

    def __str__(self) -> str:
        return f"{self.round.code} {self.organisation}"


class Result(Case):
    """A cultivation result: a firm reached a tier in the round. Once per firm and tier."""

    class State(models.TextChoices):
        CLAIMED = "CLAIMED", "机构已申报"
        ENTERPRISE_CONFIRMED = "ENTERPRISE_CONFIRMED", "企业已确认"
        DENIED = "DENIED", "企业否认"
        VERIFIED = "VERIFIED", "县区已核实"
        CONFIRMED = "CONFIRMED", "市局已确认"
        REVOKED = "REVOKED", "已撤销"

    round = models.ForeignKey(Round, verbose_name="批次", on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="+"
    )
    tier = models.ForeignKey(Tier, verbose_name="达到的称号", on_delete=models.PROTECT, related_name="+")
    pilot = models.ForeignKey(
        PilotInstitution, verbose_name="申报机构", on_delete=models.PROTECT, related_name="+"
    )
    reached_on = models.DateField("认定日期")
    evidence = models.CharField("认定文件", max_length=200)
    is_supplementary = models.BooleanField("补充统计", default=False)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = verbose_name_plural = "培育成果"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "enterprise", "tier"],
                name="result_once_per_firm_and_tier",
                condition=~Q(state__in=["DENIED", "REVOKED"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.tier}"

    @property
    def shares_in_words(self) -> str:
        """Who has which share, the largest first."""
        return "，".join(f"{share.pilot.organisation.name} {share.percent}%" for share in self.shares.all())


class ResultShare(models.Model):
    """How several institutions share one result: percent per institution, stated by them."""

    result = models.ForeignKey(Result, verbose_name="成果", on_delete=models.CASCADE, related_name="shares")
    pilot = models.ForeignKey(
        PilotInstitution, verbose_name="试点机构", on_delete=models.PROTECT, related_name="+"
    )
    percent = models.PositiveSmallIntegerField("份额（%）")

    class Meta:
        verbose_name = verbose_name_plural = "成果份额"
        constraints = [
            models.UniqueConstraint(fields=["result", "pilot"], name="share_once"),
            models.CheckConstraint(condition=Q(percent__range=(1, 100)), name="share_one_to_hundred"),
        ]

    def __str__(self) -> str:
        return f"{self.result} {self.percent}%"
