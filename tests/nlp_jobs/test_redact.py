"""Planted personal data must go, ordinary numbers and words must stay."""

import time

import pytest

from nlp_jobs.text.checksums import is_resident_id, passes_luhn
from nlp_jobs.text.names import NameFinder
from nlp_jobs.text.redact import redact

FINDER = NameFinder(["王芳", "李明", "张伟华", "高兴", "John Smith"])


@pytest.mark.parametrize(
    ("text", "secret", "kind"),
    [
        ("电话13800138000一直打不通", "13800138000", "phone"),
        ("打+86 138-0013-8000", "138-0013-8000", "phone"),
        ("Tel.13800138000联系", "13800138000", "phone"),
        ("1.13800138000 2.不通", "13800138000", "phone"),
        ("我的号是一三八零零一三八零零零", "一三八零零", "phone"),
        ("座机010-62345678转8001", "62345678", "landline"),
        ("回电(021)5888 1234", "5888 1234", "landline"),
        ("身份证11010519491231002X", "11010519491231002X", "id_number"),
        ("身份证号是110105194912310021", "110105194912310021", "id_number"),
        ("刷的4111 1111 1111 1111", "4111 1111 1111 1111", "bank_card"),
        ("卡号：6222021234567890123", "6222021234567890123", "bank_card"),
        ("发到li.lei@example.com", "li.lei@example.com", "email"),
        ("车牌浙A·88888被刮", "88888", "plate"),
        ("新能源沪AD12345充不进", "12345", "plate"),
        ("住上海市浦东新区张江路88弄12号301室，来修", "张江路88弄", "address"),
        ("寄到人民路12号", "人民路12号", "address"),
        ("3栋2单元501没送上楼", "2单元501", "address"),
        ("订单号JD20231234567890没到", "20231234567890", "order_number"),
        ("加微信lilei_2020聊", "lilei_2020", "wechat"),
        ("QQ：12345678", "12345678", "qq"),
        ("我叫李雷今天来投诉", "李雷", "name"),
        ("前台的欧小姐不理人", "欧小姐", "name"),
        ("欧阳女士不接电话", "欧阳", "name"),
        ("找王芳处理", "王芳", "name"),
        ("李明说三天送到", "李明", "name"),
        ("收货人：赵云", "赵云", "name"),
        ("call me at (212) 555-1234", "555-1234", "phone"),
        ("SSN 123-45-6789", "123-45-6789", "id_number"),
        ("I live at 12 Baker Street, Flat 3", "Baker Street", "address"),
        ("My name is Jane Doe", "Jane Doe", "name"),
        ("Mr. Brown was rude", "Brown", "name"),
        ("John Smith called", "John Smith", "name"),
    ],
)
def test_personal_data_goes(text: str, secret: str, kind: str):
    redaction = redact(text, FINDER)

    assert secret not in redaction.text
    assert redaction.counts.get(kind) == 1


@pytest.mark.parametrize(
    "text",
    [
        "12月5号下单，3号才送到，一共3天",
        "买了2层货架，放在3楼，花了1999元",
        "热线400-800-1234和95533都打不通",
        "行李明天到吗",
        "安装师傅和维修师傅都很专业，客户经理也是",
        "今天很高兴",
        "总经理信箱没人回",
        "64GB内存，1080p，型号A2890",
        "评分4.8，库存2000件",
    ],
)
def test_ordinary_text_stays(text: str):
    assert redact(text, FINDER).text == text


def test_counts_per_kind():
    counts = redact("13800138000和13900139000，a@b.com", None).counts

    assert counts == {"phone": 2, "email": 1}


def test_placeholders_follow_the_language():
    assert redact("13800138000").text == "[手机号]"
    assert redact("13800138000", language="en").text == "[PHONE]"


def test_redaction_is_stable():
    once = redact("我叫李雷，住人民路12号，电话13800138000", FINDER).text

    assert redact(once, FINDER).text == once


def test_checksums():
    assert is_resident_id("11010519491231002X")
    assert not is_resident_id("110105194912310021")
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")


def test_long_texts_cost_in_proportion():
    def seconds(times: int) -> float:
        text = "这个东西一二三四五1380013800路12号张先生李@" * times
        started = time.process_time()
        redact(text, FINDER)
        return time.process_time() - started

    seconds(100)
    assert seconds(4000) < 12 * max(seconds(1000), 0.01)
