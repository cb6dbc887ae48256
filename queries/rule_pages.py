"""The pages of the rules as Markdown, and the shipped parameters as TOML: both come from the rule files alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineage.words import Language, say
from queries.catalogue import HEADINGS, Rule
from queries.parameters import Parameter, Value

HEAD = "<!-- written by `make docs` from the rule's own file; change that file, not this page -->\n"
SEVERITY_ZH = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
CLASS_ZH = {"direction": "流向", "speed": "流速", "volume": "流量", "data": "数据"}
TYPE_EN = {
    "P1": "late issue", "P2": "idle", "P3": "diverted", "P4": "widened",
    "P5": "moved to special or township accounts", "P6": "spent on paper only", "P7": "false claims",
    "P8": "unlawful pay", "P9": "incomplete or untrue data", "P10": "other",
}


def page_name(rule: Rule) -> str:
    """The file name of a rule's page."""
    return rule.name.replace("/", "-") + ".md"


def page(rule: Rule) -> str:
    """One rule's page in both languages: its sections, its parameters with defaults and ranges, its sentences, its
    query.
    """
    severity = ", ".join(f"{name} {SEVERITY_ZH[name]}" for name in rule.severities)
    parts = [
        HEAD + f"# {rule.name}: {rule.titles['en']} {rule.titles['zh']}", "",
        f"- subject: {', '.join(rule.subjects)}",
        f"- severity: {severity}",
        f"- class: {rule.rule_class} {CLASS_ZH[rule.rule_class]}",
        f"- type: {rule.problem_type} ({TYPE_EN[rule.problem_type]})",
        f"- office: {rule.office}",
        f"- {'on' if rule.on else 'off'} unless switched {'off' if rule.on else 'on'}", "",
    ]
    for heading in HEADINGS:
        if rule.section(heading):
            parts += [f"## {heading}", "", rule.section(heading), ""]
    parts += ["## Parameters", "", *_parameter_lines(rule.parameters), ""]
    parts += ["## The sentence", "", f"> {rule.messages['zh']}", "", f"> {rule.messages['en']}", ""]
    return "\n".join([*parts, "## The query", "", *_code_lines(rule)])


def page_in(rule: Rule, lang: Language) -> str:
    """One rule's page in one language, as the command line and the browser tell it."""
    def word(name: str) -> str:
        return say(f"rule_page.{name}", lang)

    colon = word("colon")
    severity = ", ".join(f"{name} {SEVERITY_ZH[name]}" if lang == "zh" else name for name in rule.severities)
    kind = f"{rule.rule_class} {CLASS_ZH[rule.rule_class]}" if lang == "zh" else rule.rule_class
    told = (("subject", ", ".join(rule.subjects)), ("severity", severity), ("class", kind),
            ("type", f"{rule.problem_type} ({say(f'pages.word_{rule.problem_type}', lang)})"), ("office", rule.office))
    titles = (rule.titles[lang], *(title for other, title in rule.titles.items() if other != lang))
    parts = [f"# {rule.name}{colon}{' '.join(titles)}", ""]
    parts += [*(f"- {word(name)}{colon}{value}" for name, value in told), f"- {word('on' if rule.on else 'off')}", ""]
    for heading, text in rule.told(lang):
        parts += [f"## {heading}", "", text, ""]
    parts += [f"## {word('parameters')}", "", *(
        f"- `{one.name}` = {_toml(one.default)} ({one.range_text}){colon}{one.zh if lang == 'zh' else one.en}"
        for one in rule.parameters
    )] if rule.parameters else []
    parts += [""] if rule.parameters else []
    parts += [f"## {word('sentence')}", "", f"> {rule.messages[lang]}", "", f"## {word('query')}", ""]
    return "\n".join([*parts, *_code_lines(rule)])


def _code_lines(rule: Rule) -> list[str]:
    return [f"```{'sql' if rule.is_sql else 'python'}", code(rule).strip(), "```", ""]


def code(rule: Rule) -> str:
    """A rule's query, or its Python without the page."""
    return rule.body if rule.is_sql else rule.body.split('"""', 2)[2].strip() + "\n"


def index(rules: Sequence[Rule]) -> str:
    """The table of all rules."""
    rows = [
        f"| [{rule.name}](rules/{page_name(rule)}) | {rule.titles['zh']} | {rule.titles['en']} "
        f"| {', '.join(rule.severities)} | {rule.rule_class} | {rule.problem_type} | {rule.office} "
        f"| {'on' if rule.on else 'off'} |"
        for rule in rules
    ]
    return "\n".join([
        HEAD + "# Rules", "",
        "`lineage check` runs those that are on; `--rule` names others. An auditor's own rules are files of the same",
        "form in a folder given with `--rules-dir`; values are changed in a copy of `queries/parameters.toml`.", "",
        "Own SQL is one SELECT and runs on an engine of its own that reads the ledger's tables and no other file of",
        "the machine. An own `.py` rule is a program and may do what its user may: take such folders only from whom",
        "you trust.", "",
        "| rule | 名称 | title | severity | class | type | office | default |", "| --- " * 8 + "|", *rows, "",
    ])


def parameters_text(rules: Iterable[Rule]) -> str:
    """The TOML of every parameter at its default, with range and meaning."""
    parts = [
        "# Every rule's parameters as shipped; written by `make docs` from the rule files.",
        "# Copy this file, change values, and give the copy with --parameters.",
    ]
    for rule in rules:
        parts += ["", f'["{rule.name}"]', f"# {rule.titles['zh']}; {rule.titles['en']}",
                  f"on = {'true' if rule.on else 'false'}"]
        for parameter in rule.parameters:
            parts.append(f"{parameter.name} = {_toml(parameter.default)}"
                         f"  # {parameter.range_text}; {parameter.zh}; {parameter.en}")
    return "\n".join(parts) + "\n"


def _parameter_lines(parameters: Sequence[Parameter]) -> list[str]:
    if not parameters:
        return ["None."]
    rows = [f"| `{one.name}` | {_toml(one.default)} | {one.range_text} | {one.zh} | {one.en} |" for one in parameters]
    return ["| name | default | range | 含义 | meaning |", "| --- " * 5 + "|", *rows]


def _toml(value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    return "[" + ", ".join(f'"{word}"' for word in value) + "]"
