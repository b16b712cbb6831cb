"""What is asked before many papers are packed."""

from pilot_portal.common.fields import PlainForm, WordsField


class BundleForm(PlainForm):
    """What the papers are for; it goes into the access log."""

    purpose = WordsField(
        label="用途",
        max_length=100,
        help_text="打包会留痕：谁、何时、哪些文书、多少份、做什么用。",
        error_messages={"required": "请写明用途。"},
    )
