"""The shipped industry packs: complete in both languages, and right on plain sentences."""

from collections.abc import Iterator
from functools import lru_cache

import pytest

from nlp_jobs.annotate import Annotator, Feedback
from nlp_jobs.pack_review import check
from nlp_jobs.taxonomy import list_packs, load_pack

Row = dict[str, object]

# text, touchpoint, topic, department
AUTOMOTIVE = [
    ("周末去4S店看车，展车都没擦", "dealer_visit", "showroom_environment", "dealer_sales"),
    ("销售连基本参数都答不上来，一问三不知", "sales_advice", "sales_consultant", "dealer_sales"),
    ("想试驾，人家说要先交订金", "test_drive", "test_drive_experience", "dealer_sales"),
    ("裸车十二万，感觉价钱虚高", "pricing", "price_value", "dealer_sales"),
    ("刚提车三天就官降一万五，老车主太寒心", "pricing", "price_cut", "dealer_sales"),
    ("办按揭的时候多出一笔金融服务费", "finance_insurance", "car_loan", "vehicle_finance"),
    (
        "说好月底交车，一拖再拖到现在还没排产",
        "vehicle_delivery",
        "delivery_wait",
        "vehicle_delivery",
    ),
    ("二挡升三挡总是闯一下，顿挫明显", "transmission", "transmission_fault", "quality"),
    ("跑高速时发动机故障灯亮了，车子没劲", "powertrain", "engine_fault", "quality"),
    ("机油尺液位掉得特别快，每三千公里加一升", "powertrain", "oil_loss", "quality"),
    ("松开方向盘车就往右跑偏", "chassis", "steering_fault", "quality"),
    ("刹车踩下去软绵绵的", "brakes", "brake_fault", "quality"),
    ("四条胎里面三条起了鼓包，路上差点爆胎", "wheels_tyres", "tyres_wheels", "quality"),
    ("下雨天窗漏水，顶棚都湿了", "body", "body_quality", "quality"),
    ("这车颜值真高，尾灯点亮很帅", "body", "exterior_design", "quality"),
    ("第三排根本坐不了大人，后备箱倒是能装", "cabin", "space", "product"),
    ("胎噪大，上了高速说话得用喊的", "cabin", "cabin_noise", "product"),
    ("语音识别老是听错，地图也不更新", "infotainment", "infotainment_system", "connected_car"),
    ("冬天开暖风，实际续航才三百公里", "energy_use", "range", "product"),
    ("高速服务区的快充桩坏了一半", "charging", "charging_experience", "charging_network"),
    ("换个后视镜工时费收我六百，太黑了", "repair", "service_fees", "workshop"),
    ("仪表盘右边的零件要从国外订货，等配件等到没脾气", "parts", "parts_dispute", "parts"),
    ("店里说底盘件属于易损件，不给质保", "warranty", "warranty_claim", "after_sales"),
    (
        "半夜抛锚，救援电话说要等三个小时",
        "roadside_assistance",
        "roadside_rescue",
        "roadside_assistance",
    ),
    (
        "4S店和厂家互相踢皮球，没有一个负责的",
        "complaint_handling",
        "shifting_blame",
        "customer_service",
    ),
    ("置换的时候说我这车况只值三万，保值率也太差", "resale", "resale_value", "dealer_sales"),
    (
        "The salesman kept pushing me to sign today",
        "sales_advice",
        "sales_consultant",
        "dealer_sales",
    ),
    (
        "My monthly payment is higher than agreed",
        "finance_insurance",
        "car_loan",
        "vehicle_finance",
    ),
    ("Gearbox hesitates badly in second", "transmission", "transmission_fault", "quality"),
    ("Paint chips off the bonnet at the slightest touch", "body", "body_quality", "quality"),
    ("Rear legroom is superb for the class", "cabin", "space", "product"),
    ("Thirty miles of range vanished overnight", "energy_use", "range", "product"),
    (
        "The mechanic could not find the fault and charged me anyway",
        "repair",
        "repair_quality",
        "workshop",
    ),
    (
        "They say the paint is not covered under warranty",
        "warranty",
        "warranty_claim",
        "after_sales",
    ),
]
HOSPITALITY = [
    ("房间照片拍得美，实际又小又旧", "platform_listing", "listing_accuracy", "ecommerce"),
    ("提前一周订好的，到店却说没房了", "booking", "booking_process", "reservations"),
    ("离高铁站走路五分钟，出行省心", "location_access", "location_transport", "store_operations"),
    ("酒店藏在小巷里，导航都带错了路", "location_access", "location_findable", "store_operations"),
    ("地下车库太窄，停车费还死贵", "parking", "parking_space", "security"),
    ("前台磨蹭了四十分钟才给办好入住手续", "check_in", "check_in_speed", "front_office"),
    ("押金说原路退，一周了还没动静", "check_in", "deposit_fee", "front_office"),
    ("床垫塌了一块，枕头也太高", "room", "room_comfort", "housekeeping"),
    ("洗澡水忽冷忽热，花洒还漏水", "room", "bathroom", "housekeeping"),
    ("床单上有血迹，卫生太差了", "cleanliness", "hygiene", "housekeeping"),
    ("半夜被蚊子咬醒，墙角还爬蟑螂", "cleanliness", "pests", "housekeeping"),
    ("暖气不热，晚上冻得发抖", "facilities", "air_temperature", "facilities"),
    ("隔壁打呼噜都听得清清楚楚，隔音等于没有", "quietness", "noise", "facilities"),
    ("早餐就几样，还都是凉的", "hotel_breakfast", "breakfast", "kitchen"),
    ("牛排煎老了，嚼不动", "food_quality", "taste", "kitchen"),
    ("四个人点五个菜都没吃饱，量太少", "portion", "portion_size", "kitchen"),
    ("等了五十分钟才上第一道菜，催菜也没用", "serving_speed", "serving_time", "food_service"),
    ("叫服务员加水，来来回回喊了四遍", "table_service", "table_service_staff", "food_service"),
    ("店里装修很有情调，灯光也柔和", "public_area", "decoration", "store_operations"),
    ("排队取号前面还有八十桌", "queue_seating", "queue_time", "food_service"),
    ("外卖晚了一个钟头，面都坨了", "takeaway_delivery", "takeaway_speed", "logistics"),
    ("汤全洒在袋子里，餐盒盖子都没扣紧", "takeaway_packaging", "takeaway_packing", "food_service"),
    ("点了两份只送来一份，漏送也没人说", "takeaway_order", "order_accuracy", "ecommerce"),
    ("买的团购券到店说周末不能用", "promotion", "deals_vouchers", "marketing"),
    ("退房时多扣了我一百块钱", "checkout_payment", "bill_payment", "front_office"),
    ("要发票拖到现在都没开", "invoice", "invoicing", "finance"),
    ("全家吃完都上吐下泻，肯定是虾坏了", "food_safety", "food_hygiene", "kitchen"),
    ("The receptionist lost our reservation twice", "booking", "booking_process", "reservations"),
    (
        "Sheets were stained and there was dust on every shelf",
        "cleanliness",
        "hygiene",
        "housekeeping",
    ),
    ("No hot water in the shower for two days", "room", "bathroom", "housekeeping"),
    (
        "Our waiter forgot us for half an hour",
        "table_service",
        "table_service_staff",
        "food_service",
    ),
    ("Noodles were bland and the sauce watery", "food_quality", "taste", "kitchen"),
    ("Portions are tiny for what you pay", "portion", "portion_size", "kitchen"),
    ("The wifi drops every ten minutes", "facilities", "internet_tv", "facilities"),
    ("Our delivery came an hour late and cold", "takeaway_delivery", "takeaway_speed", "logistics"),
]
RETAIL = [
    ("The delivery was late and nobody told me.", "delivery", "delivery_punctuality", "logistics"),
    ("The jumper shrank after one wash", "product_quality", "durability", "product"),
    ("They never answer emails", "customer_service", "reach_service", "customer_service"),
    ("The engineer never turned up", "after_sales_repair", "repair_speed", "after_sales"),
    ("Only one till open on a Saturday", "store_visit", "store_queue", "store_operations"),
    ("抹上去清爽不黏腻", "product_experience", "user_experience", "product"),
    ("配料表里一堆添加剂", "product_quality", "ingredients", "product"),
]
SENTENCES = [
    *(("automotive", *row) for row in AUTOMOTIVE),
    *(("hospitality", *row) for row in HOSPITALITY),
    *(("retail", *row) for row in RETAIL),
]
# pack, text, severity
THREATS = [
    ("automotive", "刹车突然失灵，差点撞上前车", "safety"),
    ("automotive", "高速上突然失去动力", "safety"),
    ("automotive", "Airbags did not deploy", "safety"),
    ("automotive", "再不解决我就去拉横幅", "media"),
    ("hospitality", "被床虱咬了一身包", "safety"),
    ("hospitality", "房间里发现针孔摄像头", "safety"),
    ("hospitality", "The chicken was raw in the middle", "safety"),
]
# The same words in a harmless sense.
NO_THREATS = [
    ("automotive", "顺便换了四个火花塞"),
    ("automotive", "买了自燃险和玻璃险"),
    ("hospitality", "电视台太少了"),
    ("hospitality", "没有蟑螂，挺干净"),
    ("hospitality", "The business centre even has a mouse pad"),
]


@lru_cache
def annotator(pack: str) -> Annotator:
    return Annotator(pack)


def units_of(pack: str, text: str) -> list[Row]:
    (_, units), *_ = annotator(pack).annotate_many([Feedback("1", text, None, "", "test")])
    return units


def iter_cued(pack: str) -> Iterator[tuple[str, dict[str, object]]]:
    loaded = load_pack(pack)
    for _, touchpoint in loaded.iter_touchpoints():
        yield touchpoint.slug, touchpoint.cues
    for *_, topic in loaded.iter_topics():
        yield topic.slug, topic.cues


def test_three_industries_ship():
    assert list_packs() == ["automotive", "hospitality", "retail"]


@pytest.mark.parametrize("pack", list_packs())
def test_a_pack_is_without_findings_and_its_examples_come_out_right(pack: str):
    assert check(pack) == []


@pytest.mark.parametrize("pack", list_packs())
def test_every_touchpoint_and_topic_has_cues_in_both_languages(pack: str):
    assert [slug for slug, cues in iter_cued(pack) if set(cues) != {"zh", "en"}] == []


@pytest.mark.parametrize("pack", list_packs())
def test_every_topic_has_an_example_in_both_languages(pack: str):
    topics = [topic for *_, topic in load_pack(pack).iter_topics()]

    assert [topic.slug for topic in topics if set(topic.examples) != {"zh", "en"}] == []


@pytest.mark.parametrize(("pack", "text", "touchpoint", "topic", "department"), SENTENCES)
def test_sentence_is_routed(pack: str, text: str, touchpoint: str, topic: str, department: str):
    routed = [
        (unit["touchpoint_slug"], unit["topic_slug"], unit["department_slug"])
        for unit in units_of(pack, text)
    ]

    assert (touchpoint, topic, department) in routed


@pytest.mark.parametrize(("pack", "text", "severity"), THREATS)
def test_threat_of_the_industry_is_seen(pack: str, text: str, severity: str):
    assert severity in {unit["severity_slug"] for unit in units_of(pack, text)}


@pytest.mark.parametrize(("pack", "text"), NO_THREATS)
def test_harmless_sense_is_no_threat(pack: str, text: str):
    assert not {"safety", "legal", "media"} & {
        unit["severity_slug"] for unit in units_of(pack, text)
    }


def test_departments_of_other_industries_do_not_take_part():
    (unit,) = units_of("retail", "服务员态度很差")

    assert unit["department_slug"] == "store_operations"


def test_what_staff_of_a_store_promise_is_the_sellers_promise():
    promised, conduct = units_of("retail", "店员当时答应三天之内装好，后来那个店员态度很差")

    assert (promised["promise_role"], promised["department_slug"]) == ("promise", "sales")
    assert conduct["department_slug"] == "store_operations"


def test_a_promise_that_names_nobody_is_the_sellers_of_the_industry():
    departments = {
        pack: units_of(pack, "当初承诺得好好的")[0]["department_slug"] for pack in list_packs()
    }

    assert departments == {
        "automotive": "dealer_sales",
        "hospitality": "reservations",
        "retail": "sales",
    }
