"""The one table of truth: every input table, its columns, units, keys, references, headers and labels.

Loaders, the store's columns, error texts, the search index and the data dictionary all derive from
`TABLES`. Nothing else in the project lists a column. Invariant: a stored column's name is the input
name, with `_fen` added where the column holds money (yuan outside, int64 fen inside).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType


class ColumnType(Enum):
    """What a column holds. The value is the DuckDB type of the stored column."""

    TEXT = "VARCHAR"
    MONEY = "BIGINT"
    DATE = "DATE"
    MONTH = "VARCHAR "
    FLAG = "BOOLEAN"
    COUNT = "INTEGER"
    YEAR = "SMALLINT"


class Sensitive(Enum):
    """How a column that names a person's or payee's number is kept: see `lineage.ledger.tokens`."""

    NO = "no"
    IDENTITY = "identity"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an input table: type, whether it may be empty, code list, reference, headers and labels.

    `incidental`: it says how a row was written, so a row that differs in it alone is the same row.
    """

    name: str
    type: ColumnType
    zh: str
    en: str
    required: bool = False
    choices: tuple[str, ...] = ()
    references: str = ""
    standard: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    sensitive: Sensitive = Sensitive.NO
    signed: bool = False
    incidental: bool = False

    @property
    def stored(self) -> str:
        """The column's name in the store: money columns carry their unit."""
        return self.name + "_fen" if self.type is ColumnType.MONEY else self.name

    @property
    def stored_type(self) -> str:
        """The DuckDB type of the stored column."""
        return self.type.value.strip()


@dataclass(frozen=True, slots=True)
class Table:
    """One input table. `kind` is the record prefix of its rows ("" where rows are no records)."""

    name: str
    kind: str
    key: tuple[str, ...]
    zh: str
    en: str
    columns: tuple[Column, ...]
    is_node: bool = False
    code_lists: MappingProxyType[str, MappingProxyType[str, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def column(self, name: str) -> Column:
        """The column of that input name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Input names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def stored_names(self) -> tuple[str, ...]:
        """Stored names of all columns, in order."""
        return tuple(column.stored for column in self.columns)

    @property
    def compared(self) -> tuple[str, ...]:
        """Stored names of the columns in which two rows of one key differ or are the same."""
        return tuple(column.stored for column in self.columns if not column.incidental)

    @property
    def money(self) -> str:
        """The stored column whose sum is the table's fen in load reports ("" where there is none)."""
        return "amount_fen" if "amount" in self.names else ""


def _text(name: str, zh: str, en: str, *, need: bool = False, ref: str = "", std: tuple[str, ...] = (),
          also: tuple[str, ...] = (), choices: tuple[str, ...] = (), sensitive: Sensitive = Sensitive.NO) -> Column:
    return Column(name, ColumnType.TEXT, zh, en, required=need, references=ref, standard=std, headers=also,
                  choices=choices, sensitive=sensitive)


def _money(name: str, zh: str, en: str, *, need: bool = True, std: tuple[str, ...] = (),
           also: tuple[str, ...] = (), signed: bool = False) -> Column:
    return Column(name, ColumnType.MONEY, zh, en, required=need, standard=std, headers=also, signed=signed)


def _of(type_: ColumnType, name: str, zh: str, en: str, *, need: bool = False, std: tuple[str, ...] = (),
        also: tuple[str, ...] = ()) -> Column:
    return Column(name, type_, zh, en, required=need, standard=std, headers=also)


def _date(name: str, zh: str, en: str, *, need: bool = False, std: tuple[str, ...] = (),
          also: tuple[str, ...] = ()) -> Column:
    return _of(ColumnType.DATE, name, zh, en, need=need, std=std, also=also)


def _flag(name: str, zh: str, en: str, *, need: bool = False, std: tuple[str, ...] = (),
          also: tuple[str, ...] = ()) -> Column:
    return _of(ColumnType.FLAG, name, zh, en, need=need, std=std, also=also)


SOURCES = ("central", "province", "city", "county", "bond", "relocation_financing", "donation")
PAYEE_KINDS = ("person", "household", "enterprise", "village", "agency", "special_account")

_DIVISION = _text("division_code", "区划代码", "division", need=True, ref="divisions", std=("MOF_DIV_CODE",),
                  also=("财政区划", "财政区划代码", "行政区划代码", "区划编码", "区划"))
_AGENCY = _text("agency_code", "单位代码", "agency", ref="agencies", std=("AGENCY_CODE",),
                also=("预算单位代码", "单位编码", "预算单位"))
_PROJECT = _text("project_code", "项目代码", "project", ref="projects", std=("PRO_CODE",), also=("项目编码",))
_FUNCTION = _text("function_code", "支出功能分类", "function code", std=("EXP_FUNC_CODE",),
                  also=("功能科目", "支出功能分类科目", "支出功能科目", "功能分类代码", "支出功能分类代码"))
_FUND_TYPE = _text("fund_type_code", "资金性质", "fund type", std=("FUND_TYPE_CODE",), also=("资金性质代码",))
_YEAR = _of(ColumnType.YEAR, "fiscal_year", "预算年度", "fiscal year", need=True, std=("FISCAL_YEAR",),
            also=("年度", "会计年度", "财政年度", "年份"))
_POVERTY = _flag("poverty", "扶贫标识", "poverty flag", std=("IS_POVERTY",),
                 also=("是否扶贫", "扶贫资金标识", "扶贫资金", "扶贫属性"))
_TITLE = _text("title", "标题", "title", std=("BGT_DOC_TITLE",), also=("摘要", "文件标题", "指标说明", "名称说明"))
_FUND_NAME = _text("fund_name", "资金名称", "fund name", also=("专项资金名称", "资金项目名称"))
_REVERSES = _text("reverses", "冲销记录", "reverses", also=("冲销", "退回原记录", "被冲销编号", "原记录编号"))
_PAYEE_KIND_HEADERS = ("收款人类型", "收款人类别", "收款对象类型")
_PAYEE_ACCOUNT = _text("payee_account", "收款账号", "payee account", std=("PAYEE_ACCT_NO", "XPAYEE_ACCT_NO"),
                       also=("收款人账号", "收款人账户", "银行账号", "收款账户", "对方账号", "开户账号", "银行卡号"), sensitive=Sensitive.ACCOUNT)
_BATCH_REFERENCE = _text("one_card_batch_id", "一卡通批次", "one-card batch", ref="one_card_batches",
                         also=("一卡通批次号", "一卡通批次编号", "发放批次"))
_PURPOSE = _text("purpose", "用途", "purpose", std=("USE_DES",), also=("资金用途", "摘要用途", "付款用途", "摘要", "附言"))

TABLES: tuple[Table, ...] = (
    Table("divisions", "division", ("division_code", "valid_from"), "区划", "divisions", (
        _text("division_code", "区划代码", "division", need=True, std=("MOF_DIV_CODE",),
              also=("财政区划", "财政区划代码", "行政区划代码", "区划编码")),
        _text("name", "名称", "name", need=True, std=("MOF_DIV_NAME",), also=("区划名称", "财政区划名称", "行政区划名称")),
        _text("level", "级次", "level", need=True, choices=("province", "city", "county", "township"),
              also=("区划级次", "级别", "层级")),
        _text("fiscal_parent", "财政上级", "fiscal parent", ref="divisions", also=("财政上级区划", "上级财政区划")),
        _text("admin_parent", "行政上级", "administrative parent", ref="divisions", also=("行政上级区划",)),
        _flag("direct", "省直管县", "directly administered county", also=("是否省直管县", "直管县")),
        _flag("poverty_county", "贫困县", "poverty county", also=("是否贫困县",)),
        _date("valid_from", "启用日期", "valid from", also=("生效日期", "有效期起")),
        _date("valid_to", "停用日期", "valid to", also=("失效日期", "有效期止")),
        _text("successor", "继任区划", "successor", ref="divisions", also=("变更后区划", "后继区划")),
    )),
    Table("agencies", "agency", ("agency_code",), "单位", "agencies", (
        _text("agency_code", "单位代码", "agency", need=True, std=("AGENCY_CODE",), also=("预算单位代码", "单位编码")),
        _text("name", "名称", "name", need=True, std=("AGENCY_NAME",), also=("单位名称", "预算单位名称")),
        _DIVISION,
    )),
    Table("projects", "project", ("project_code",), "项目", "projects", (
        _text("project_code", "项目代码", "project", need=True, std=("PRO_CODE",), also=("项目编码",)),
        _text("name", "名称", "name", need=True, std=("PRO_NAME",), also=("项目名称",)),
        _text("division_code", "区划代码", "division", ref="divisions", std=("MOF_DIV_CODE",),
              also=("财政区划", "财政区划代码", "区划编码", "区划")),
        _AGENCY,
    )),
    Table("allocations", "allocation", ("allocation_id",), "资金安排", "allocations", (
        _text("allocation_id", "安排编号", "allocation", need=True, also=("资金安排编号", "安排ID", "资金安排")),
        _YEAR, _DIVISION,
        _text("source", "资金来源", "source", need=True, choices=SOURCES, also=("来源", "资金级次", "来源级次")),
        _text("doc_no", "文号", "document number", std=("COR_BGT_DOC_NO",), also=("指标文号", "本级指标文号", "本级文号", "发文文号")),
        _date("date", "日期", "date", need=True, std=("DOC_DATE",), also=("安排日期", "发文日期", "发文时间", "业务日期")),
        _money("amount", "金额", "amount", std=("AMOUNT",), also=("安排金额", "指标金额", "资金金额")),
        _FUNCTION, _FUND_TYPE, _POVERTY, _PROJECT, _FUND_NAME, _TITLE,
    ), is_node=True),
    Table("transfers", "transfer", ("transfer_id",), "下达分解", "transfers", (
        _text("transfer_id", "下达编号", "transfer", need=True, also=("分配编号", "下达分解编号", "下达ID")),
        _text("kind", "下达类型", "kind", need=True, choices=("issue", "breakdown", "carry_over", "integration"),
              also=("类型", "分配类型", "下达分解类型")),
        _text("source_id", "来源记录", "source record", ref="allocations|indicators", std=("ORI_BGT_ID",),
              also=("来源编号", "来源指标", "源指标主键")),
        _text("target_id", "接收指标", "target indicator", ref="indicators", also=("目标指标", "接收指标编号")),
        _text("to_division_code", "接收区划", "to division", need=True, ref="divisions", std=("REC_DIV_CODE",),
              also=("接收区划代码", "接收方财政区划", "下达区划")),
        _text("to_agency_code", "接收单位", "to agency", ref="agencies", also=("接收单位代码",)),
        _text("doc_no", "文号", "document number", std=("COR_BGT_DOC_NO",), also=("下达文号", "指标文号", "发文文号")),
        _date("issue_date", "下达日期", "issue date", need=True, std=("DOC_DATE",), also=("发文日期", "下达时间", "发文时间")),
        _date("receive_date", "接收日期", "receive date", also=("接收时间", "登记时间", "登记日期")),
        _money("amount", "金额", "amount", std=("AMOUNT",), also=("下达金额", "分配金额"), signed=True),
        _POVERTY, _TITLE, _REVERSES,
    ), is_node=True),
    Table("indicators", "indicator", ("indicator_id",), "预算指标", "indicators", (
        _text("indicator_id", "指标编号", "indicator", need=True, std=("BGT_ID",), also=("指标主键", "指标ID", "指标代码")),
        _YEAR, _DIVISION, _AGENCY,
        _text("doc_no", "文号", "document number", std=("COR_BGT_DOC_NO",), also=("指标文号", "本级指标文号", "本级文号", "发文文号")),
        _text("superior_doc_no", "上级文号", "superior document number", std=("SUP_BGT_DOC_NO",), also=("上级指标文号",)),
        _date("date", "日期", "date", need=True, std=("DOC_DATE",), also=("指标日期", "发文日期", "发文时间", "登记日期")),
        _money("amount", "金额", "amount", std=("AMOUNT",), also=("指标金额", "指标总额")),
        _FUNCTION,
        _text("economy_code", "经济分类", "economic classification", std=("GOV_BGT_ECO_CODE",),
              also=("政府经济分类", "政府预算支出经济分类", "部门经济分类")),
        _FUND_TYPE,
        _text("expenditure_kind", "支出类别", "expenditure kind", choices=("basic", "project"), also=("支出类型", "支出性质")),
        _text("origin", "指标来源", "origin", need=True, choices=("superior", "own", "carry_over"),
              std=("SOURCE_TYPE_CODE",), also=("来源", "指标来源类型")),
        _text("entry", "录入方式", "entry", choices=("linked", "manual"), also=("接收方式", "登记方式")),
        _flag("integrated", "统筹整合", "integrated", also=("是否统筹整合", "整合资金")),
        _POVERTY, _PROJECT, _FUND_NAME,
        _text("previous_id", "上年指标", "last year's indicator", ref="indicators", also=("上年指标编号", "结转来源指标")),
        _TITLE,
    ), is_node=True),
    Table("payments", "payment", ("payment_id",), "支付", "payments", (
        _text("payment_id", "支付编号", "payment", need=True, std=("PAY_CERT_ID",), also=("支付凭证主键", "支付ID")),
        _text("indicator_id", "指标编号", "indicator", ref="indicators", std=("BGT_ID",), also=("指标主键", "指标ID")),
        _DIVISION, _AGENCY,
        _money("amount", "金额", "amount", std=("XPAY_AMT", "PAY_AMT"), also=("支付金额", "实际支付金额"), signed=True),
        _date("pay_date", "支付日期", "pay date", std=("XPAY_DATE",), also=("实际支付日期", "付款日期", "支付时间")),
        _text("status", "状态", "status", need=True, choices=("valid", "void", "pending"), also=("支付状态", "有效状态")),
        _text("method", "支付方式", "method", need=True, choices=("direct", "authorized", "appropriation"),
              std=("PAY_TYPE_CODE",), also=("支付类型",)),
        _text("payee_kind", "收款人类型", "payee kind", need=True, choices=PAYEE_KINDS, also=_PAYEE_KIND_HEADERS[1:]),
        _text("payee_name", "收款人", "payee", need=True, std=("PAYEE_ACCT_NAME", "XPAYEE_ACCT_NAME"),
              also=("收款人名称", "收款人全称", "收款单位")),
        _PAYEE_ACCOUNT,
        _text("account_id", "专户编号", "special account", ref="special_accounts", also=("财政专户", "财政专户编号", "专户")),
        _BATCH_REFERENCE,
        _text("transfer_id", "下达编号", "named transfer", ref="transfers", also=("对应下达编号",)),
        _PROJECT,
        _text("doc_no", "文号", "document number", std=("COR_BGT_DOC_NO",), also=("指标文号",)),
        _FUNCTION,
        _text("voucher_no", "凭证号", "voucher number", std=("PAY_CERT_NO",), also=("支付凭证号", "凭证编号")),
        _text("bank_reference", "银行流水号", "bank reference", std=("AGENT_BUSINESS_NO",), also=("银行流水", "银行交易流水号")),
        _text("contract_no", "合同号", "contract number", std=("CONTRACT_NO",), also=("合同编号",)),
        _PURPOSE, _REVERSES,
    ), is_node=True),
    Table("special_accounts", "special_account", ("account_id",), "财政专户", "special accounts", (
        _text("account_id", "专户编号", "special account", need=True, also=("账户编号", "财政专户编号", "专户ID")),
        _DIVISION,
        _text("name", "名称", "name", need=True, also=("专户名称", "账户名称")),
        _text("bank", "开户银行", "bank", also=("开户行", "银行")),
        _text("kind", "账户类型", "kind", choices=("fiscal", "township", "village", "agency", "enterprise"),
              also=("账户类别", "专户类型")),
        _flag("accounting_enabled", "收支核算", "bookkeeping on", need=True, also=("收支核算功能", "是否启用收支核算")),
        _date("accounting_from", "核算启用日期", "bookkeeping since", also=("收支核算启用日期",)),
        _money("opening_balance", "期初余额", "opening balance", need=False),
        _money("opening_poverty", "期初扶贫余额", "opening poverty balance", need=False),
        _date("opening_date", "期初日期", "opening date"),
    ), is_node=True),
    Table("account_entries", "account_entry", ("entry_id",), "专户收支", "account entries", (
        _text("entry_id", "收支编号", "entry", need=True, also=("流水编号", "分录编号", "专户流水号")),
        _text("account_id", "专户编号", "special account", need=True, ref="special_accounts", also=("账户编号", "财政专户编号", "专户")),
        _date("date", "日期", "date", need=True, also=("业务日期", "交易日期", "记账日期")),
        _text("direction", "收支方向", "direction", need=True, choices=("receipt", "expenditure"), also=("方向", "收支类型")),
        _money("amount", "金额", "amount", also=("收支金额", "发生额"), signed=True),
        _text("payment_id", "支付编号", "confirmed payment", ref="payments", also=("对应支付", "支付凭证主键")),
        _text("payee_kind", "收款人类型", "payee kind", choices=PAYEE_KINDS, also=_PAYEE_KIND_HEADERS[1:]),
        _text("payee_name", "收款人", "payee", also=("收款人名称", "对方户名", "收款单位")),
        _PAYEE_ACCOUNT, _BATCH_REFERENCE, _POVERTY, _PROJECT, _PURPOSE, _REVERSES,
    ), is_node=True),
    Table("one_card_batches", "one_card_batch", ("batch_id",), "一卡通批次", "one-card batches", (
        _text("batch_id", "批次编号", "one-card batch", need=True, also=("批次号", "一卡通批次号", "发放批次号")),
        _DIVISION,
        _date("pay_date", "发放日期", "pay date", need=True, also=("支付日期", "发放时间")),
        _money("amount", "金额", "amount", also=("发放金额", "批次金额")),
        _of(ColumnType.COUNT, "person_count", "人数", "persons", need=True, also=("发放人数", "户数")),
        _text("programme", "补贴项目", "programme", need=True, also=("补贴名称", "项目名称", "补贴种类")),
    ), is_node=True),
    Table("one_card_payments", "one_card_payment", ("one_card_payment_id",), "一卡通发放", "one-card payments", (
        _text("one_card_payment_id", "发放编号", "one-card payment", need=True, std=("PAY_DETAIL_ID",), also=("一卡通发放编号", "明细编号")),
        _text("batch_id", "批次编号", "one-card batch", need=True, ref="one_card_batches", also=("批次号", "一卡通批次号", "发放批次号")),
        _text("person_id", "身份证号", "person", need=True, std=("IDEN_NO",), also=("人员编号", "身份证号码", "证件号码"),
              sensitive=Sensitive.IDENTITY),
        _PAYEE_ACCOUNT,
        _of(ColumnType.MONTH, "month", "月份", "month", need=True, std=("PAY_MONTH",), also=("发放月份", "所属月份")),
        _money("amount", "金额", "amount", also=("发放金额", "补贴金额")),
        _text("status", "状态", "status", need=True, choices=("paid", "returned"), also=("发放状态",)),
        _text("person_name", "姓名", "name", std=("PER_NAME",), also=("人员姓名", "户主姓名")),
        _text("township_code", "乡镇代码", "township", std=("TOWN_CODE",), also=("乡镇编码", "乡镇")),
    ), is_node=True),
    Table("daily_reports", "", ("division_code", "report_date", "measure", "tier"), "扶贫资金日报", "daily reports", (
        _DIVISION,
        _date("report_date", "日报日期", "report date", need=True, also=("报告日期", "日期", "统计日期")),
        _text("measure", "指标口径", "measure", need=True, choices=("scale", "expenditure"), also=("统计项", "口径", "项目")),
        _text("tier", "级次", "tier", need=True, choices=("province", "city", "county", "relocation", "all"),
              also=("资金级次", "层级")),
        _money("amount", "金额", "amount", also=("上报金额",), signed=True),
        _date("cut_off_date", "截止日期", "cut-off date", also=("数据截止日期",)),
        Column("resolution", ColumnType.MONEY, "精度", "resolution", headers=("金额精度",), incidental=True),
    )),
    Table("fund_scope", "", ("fiscal_year", "function_code", "doc_no"), "统筹整合清单", "fund scope", (
        _YEAR, _FUNCTION,
        _text("doc_no", "文号", "document number", std=("COR_BGT_DOC_NO",), also=("指标文号",)),
        _flag("listed", "列入清单", "listed", need=True, also=("是否列入", "是否纳入")),
    )),
    Table("indicator_adjustments", "", ("adjustment_id",), "指标调整", "indicator adjustments", (
        _text("adjustment_id", "调整编号", "adjustment", need=True, std=("ADJ_SUB_ID",), also=("调整明细主键",)),
        _text("indicator_id", "指标编号", "indicator", need=True, ref="indicators", std=("BGT_ID",), also=("指标主键", "调入指标")),
        _date("date", "日期", "date", need=True, std=("ADJ_DATE",), also=("调整日期",)),
        _money("amount", "金额", "amount", std=("ADD_AMOUNT",), also=("调整金额",), signed=True),
        _FUNCTION, _POVERTY,
    )),
    Table("steps", "", ("record", "step", "date"), "审核步骤", "steps", (
        _text("record", "记录", "record", need=True, also=("业务记录", "记录编号")),
        _text("step", "步骤", "step", need=True, choices=("apply", "review", "approve", "receive", "pay", "clear"), also=("环节", "审核环节")),
        _date("date", "日期", "date", need=True, also=("办理日期", "审核日期")),
        _text("office", "处室", "office", also=("科室", "办理科室")),
        _text("person", "经办人", "person", also=("办理人", "审核人")),
        _text("result", "结果", "result", also=("审核结果", "意见")),
    )),
    Table("watch_lists", "", ("list", "token", "name", "valid_from"), "关注名单", "watch lists", (
        _text("list", "名单", "list", need=True, also=("名单类别", "名单名称")),
        _text("token", "证件号", "number", also=("身份证号", "身份证号码", "证件号码"), sensitive=Sensitive.IDENTITY),
        _text("name", "姓名", "name", also=("人员姓名", "名称")),
        _date("valid_from", "有效期起", "valid from", also=("生效日期",)),
        _date("valid_to", "有效期止", "valid to", also=("失效日期",)),
    )),
)

BY_NAME = MappingProxyType({table.name: table for table in TABLES})
BY_KIND = MappingProxyType({table.kind: table for table in TABLES if table.kind})
NODE_KINDS = tuple(sorted(table.kind for table in TABLES if table.is_node))
BUSINESS_DATES = MappingProxyType({
    "allocations": "date", "transfers": "issue_date", "indicators": "date", "payments": "pay_date",
    "account_entries": "date", "one_card_batches": "pay_date",
})
"""The column that dates a table's records: the default as-of is the latest of these."""
