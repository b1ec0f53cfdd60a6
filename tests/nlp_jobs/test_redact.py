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
        ("送到浦云路560号创新大厦B座1807", "1807", "address"),
        ("梧桐巷十二号院3号楼2门602", "602", "address"),
        ("拨400-800-1234", "800-1234", "hotline"),
        ("手机１３８００１３８０００", "８０００", "phone"),
        ("幺三八零零幺三八零零零找我", "零零幺三八", "phone"),
        ("身份证是110105491231002", "491231002", "id_number"),
        ("刷6222 0073 4817 3562付的", "3562", "bank_card"),
        ("写信到lin[at]example.com", "lin[at]", "email"),
        ("订单 110 2638 4477 5091 加急", "4477", "order_number"),
        ("预约单AZ-20261121-3307改期", "20261121", "order_number"),
        ("薇信同步：miao_home", "miao_home", "wechat"),
        ("加我abc12345详聊", "abc12345", "wechat"),
        ("加q 31907745说", "31907745", "qq"),
        ("我姓王，昨天来过", "王", "name"),
        ("师傅姓陈", "陈", "name"),
        ("王姐人很好", "王", "name"),
        ("叫我老周就行", "周", "name"),
        ("你好，我是赵敏，买了冰箱", "赵敏", "name"),
        ("本人苏建娟，实名投诉", "苏建娟", "name"),
        ("客服李婷很有耐心", "李婷", "name"),
        ("昨天吕佳慧回访说今天修", "吕佳慧", "name"),
        ("工单是谭雅文建的", "谭雅文", "name"),
        ("多亏了张伟民帮我追回来", "张伟民", "name"),
        ("一位叫小雅的姑娘接的电话", "小雅", "name"),
        ("谢谢你，莉莉！", "莉莉", "name"),
        ("郑姓客户反映不制冷", "郑", "name"),
        ("店里的阿芳给我挑的尺码", "阿芳", "name"),
        ("本人任建国，购买冰箱一台", "任建国", "name"),
        ("诸葛明师傅手艺真好", "诸葛明", "name"),
        ("把货给了隔壁钟阿姨", "隔壁钟", "name"),
        ("her name was Bronwyn I think", "Bronwyn", "name"),
        ("thanks gary, you saved the day", "gary", "name"),
        ("According to Beverly it's out of stock", "Beverly", "name"),
        ("导购小倪讲得明白", "倪", "name"),
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
        ("spoke to Karen from billing", "Karen", "name"),
        ("a lady called Helen helped", "Helen", "name"),
        ("this is Emma O'Brien calling", "O'Brien", "name"),
        ("NI number AB 12 34 56 D", "34 56", "id_number"),
        ("ring 07700 900123 please", "900123", "phone"),
        ("we are at 7 Elm Drive, London SW1A 2AA", "SW1A", "address"),
        ("the van was KV98 OOT", "KV98", "plate"),
        ("order number is ORD-559321", "559321", "order_number"),
        ("John Smith called", "John Smith", "name"),
        ("免贵姓覃，昨天打过电话", "覃", "name"),
        ("喊我小倪就行", "小倪", "name"),
        ("跟我对接的是小耿", "耿", "name"),
        ("我叫娜仁，买了烤箱", "娜仁", "name"),
        ("转告店长尤建军，谢谢", "尤建军", "name"),
        ("收件人改成司马晴", "司马晴", "name"),
        ("客服032郑晓彤说可以退", "郑晓彤", "name"),
        ("签收人：韩梅梅本人", "韩梅梅", "name"),
        ("销售Kevin跟我保证过", "Kevin", "name"),
        ("Is Siobhan still at the Derby branch?", "Siobhan", "name"),
        ("spoke to karen, useless", "karen", "name"),
        ("Shout out to Deshawn in electronics", "Deshawn", "name"),
        ("Dr. Nwosu was kind", "Nwosu", "name"),
        ("Yours faithfully, Cornelius Webb", "Cornelius Webb", "name"),
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
        "热线95533和12315都打不通",
        "客服高冷得很，前台安排也乱，向老师傅学习",
        "老陈醋很香，小毛病不断，朋友小聚",
        "高先生品牌的衬衫起球，康师傅还行",
        "尺码170 175 180 185都试过",
        "商场3楼有卖，12月5号去的",
        "条形码6900000000012扫不出来",
        "The Customer Service was poor, 20 minutes on the road",
        "行李明天到吗",
        "安装师傅和维修师傅都很专业，客户经理也是",
        "今天很高兴",
        "总经理信箱没人回",
        "64GB内存，1080p，型号A2890",
        "评分4.8，库存2000件",
        "感谢周到的服务，联系了商家",
        "江小白度数低，王老吉更好喝",
        "业主马上要入住，客服时好时坏",
        "找车原因不明，叫车服务慢",
        "空调得弄一弄，酒店25号入住",
        "发票（11830元）已开，66666666666666",
        "Jack Daniel's and Ben & Jerry's are pricey, John Lewis is not",
        "this is rubbish, I'm Really disappointed, thanks to Covid",
        "The Georgia peaches, St John Ambulance, a Mr Kipling cake",
        "前台小姐态度冷淡，导购阿姨很热情，客服小姐姐很好",
        "罗宋汤和黄焖鸡都咸，曾家岩站下车，住在唐家湾社区",
        "师傅辛苦，谢谢。感谢当当，小包装的好带",
        "本人向广州市监局反映，没法叫车去出差",
        "server at 10.20.30.40 and 153.69.214.203 is down",
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


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("我姓王", "我姓[姓]"),
        ("我叫李雷。", "我叫[姓名]。"),
        ("寄到人民路12号", "寄到[地址]"),
        ("寄到人民路12号3单元501室", "寄到[门牌地址]"),
        ("订单号12345678", "订单号[订单号]"),
        ("订单号1234567890123456", "订单号[长订单号]"),
    ],
)
def test_placeholders_keep_the_length_class(text: str, redacted: str):
    assert redact(text, FINDER).text == redacted


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
