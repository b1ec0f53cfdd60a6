"What the company sells: products of six categories under made-up brands."

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from simulator.plan import stream

# category -> slug used by the phrase files, share of orders, needs installation
CATEGORIES = {
    "大家电": ("appliance", 0.26),
    "手机数码": ("digital", 0.20),
    "服饰鞋包": ("clothing", 0.17),
    "食品生鲜": ("food", 0.13),
    "家居家装": ("home", 0.13),
    "美妆个护": ("beauty", 0.11),
}

_CATEGORY_NAMES = list(CATEGORIES)
_CATEGORY_WEIGHTS = list(accumulate(share for _, share in CATEGORIES.values()))

# "noun:English noun:trait for the phrase files:lowest price:highest price:variants:installed"
_NOUNS = {
    "大家电": [
        "洗衣机:washing machine:washer:1299:5999:10公斤滚筒/8公斤波轮/洗烘一体:y",
        "冰箱:fridge:fridge:1799:8999:对开门/三门风冷/法式多门:y",
        "空调:air conditioner:aircon:1999:6999:1.5匹变频/大1匹/3匹立式:y",
        "热水器:water heater:heater:899:3999:60升电/16升燃气/零冷水:y",
        "油烟机:range hood:hood:1299:4599:侧吸/顶吸/变频自清洁:y",
        "洗碗机:dishwasher:dishwasher:2599:6999:13套嵌入式/台式:y",
        "电视:TV:tv:1599:9999:55英寸/65英寸/75英寸 4K:y",
    ],
    "手机数码": [
        "手机:phone:phone:1099:6999:8+256G/12+512G/青春版:n",
        "平板:tablet:tablet:999:4599:11英寸/学习版:n",
        "耳机:earphones:earphones:129:1299:降噪/运动/头戴式:n",
        "笔记本:laptop:laptop:3499:9999:14英寸轻薄/16英寸游戏:n",
        "扫地机器人:robot vacuum:robot:1299:4999:自清洁/激光导航:n",
        "手表:smart watch:watch:299:2499:运动版/儿童定位:n",
        "充电宝:power bank:powerbank:79:299:20000毫安/超薄:n",
    ],
    "服饰鞋包": [
        "羽绒服:down jacket:jacket:299:1599:长款/轻薄/连帽:n",
        "运动鞋:running shoes:shoes:199:899:缓震/透气/厚底:n",
        "连衣裙:dress:dress:129:699:碎花/法式/针织:n",
        "双肩包:backpack:bag:99:599:通勤/大容量:n",
        "牛仔裤:jeans:jeans:99:399:直筒/高腰:n",
        "冲锋衣:shell jacket:shell:259:1299:三合一/硬壳:n",
    ],
    "食品生鲜": [
        "牛排:steak:steak:99:499:眼肉/西冷:n",
        "车厘子:cherries:cherries:129:399:JJ级 5斤/JJJ级:n",
        "坚果礼盒:nut gift box:nuts:79:299:每日坚果/年货:n",
        "牛奶:milk:milk:49:129:有机/低脂 12盒:n",
        "大闸蟹:hairy crabs:crab:168:688:公4母3/礼盒:n",
        "大米:rice:rice:39:169:五常/10公斤:n",
    ],
    "家居家装": [
        "床垫:mattress:mattress:699:5999:独立弹簧/乳胶:n",
        "沙发:sofa:sofa:1299:8999:三人位/科技布/真皮:y",
        "衣柜:wardrobe:wardrobe:999:6999:推拉门/四门:y",
        "四件套:bedding set:bedding:129:899:全棉/天丝:n",
        "台灯:desk lamp:lamp:59:499:护眼/国AA级:n",
        "升降桌:standing desk:desk:699:2999:双电机/1.4米:y",
    ],
    "美妆个护": [
        "面霜:face cream:cream:99:899:保湿/抗初老:n",
        "精华:serum:serum:129:1299:烟酰胺/修护:n",
        "口红:lipstick:lipstick:59:399:哑光/镜面:n",
        "洗发水:shampoo:shampoo:39:199:控油/防脱:n",
        "吹风机:hair dryer:dryer:129:1999:高速/负离子:n",
        "电动牙刷:electric toothbrush:toothbrush:79:899:声波/旅行装:n",
    ],
}

_BRANDS = {
    "大家电": ("澜星", "北屿", "禾木自营", "格物", "瑞朗"),
    "手机数码": ("启明", "云翎", "矽谷潮", "禾木自营", "奥维声"),
    "服饰鞋包": ("素野", "山行者", "慕白", "禾木自营", "燕回"),
    "食品生鲜": ("田里来", "北纬鲜", "禾木自营", "渔家傲"),
    "家居家装": ("栖木", "宜安", "禾木自营", "半屋"),
    "美妆个护": ("花间序", "雪肌研", "禾木自营", "清澄"),
}


@dataclass(frozen=True)
class Product:
    "One thing for sale; `noun` is what a customer calls it."

    product_id: str
    name: str
    noun: str
    english_noun: str
    category: str
    price_cny: int
    traits: frozenset[str]


def _more_traits(category: str, trait: str, installed: str) -> frozenset[str]:
    traits = set()
    if installed == "y":
        traits.add("installed")
    if category in ("appliance", "digital", "home") or trait in ("dryer", "toothbrush"):
        traits.add("repairable")
    return frozenset(traits)


def make_catalog(seed: int) -> list[Product]:
    "Return the products, the same for a seed whatever the size of the company."
    rng = stream(seed, "catalog")
    products: list[Product] = []
    for category, lines in _NOUNS.items():
        slug = CATEGORIES[category][0]
        for line in lines:
            noun, english, trait, low, high, variants, installed = line.split(":")
            for variant in variants.split("/"):
                for brand in rng.sample(_BRANDS[category], 2):
                    price = rng.randint(int(low), int(high))
                    products.append(
                        Product(
                            product_id=f"P{len(products) + 1:04d}",
                            name=f"{brand} {variant}{noun}",
                            noun=noun,
                            english_noun=english,
                            category=category,
                            traits=frozenset((slug, trait)) | _more_traits(slug, trait, installed),
                            price_cny=price // 10 * 10 + 9,
                        )
                    )
    return products


def choose_product(catalog: dict[str, list[Product]], rng: Random) -> Product:
    "Draw one product; `catalog` holds the products by category."
    category = rng.choices(_CATEGORY_NAMES, cum_weights=_CATEGORY_WEIGHTS)[0]
    return rng.choice(catalog[category])
