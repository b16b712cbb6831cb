"""Asking and answering in public."""

from pilot_portal.common.fields import PlainForm, WordsField


class QuestionForm(PlainForm):
    """A question on the demand's public page."""

    text = WordsField(
        label="向企业提问",
        rows=3,
        help_text="问题和企业的答复会向所有人公开，不显示贵机构名称。不要写联系方式。最多 500 字。",
    )


class AnswerForm(PlainForm):
    """The firm's answer."""

    answer = WordsField(
        label="答复", rows=3, help_text="提交后向所有人公开，不能修改。不要写联系方式。最多 1000 字。"
    )
