"""Smaller sources of facts: GPU rental prices, ecosystem graphs, the transparency index, language models in China."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from harness.catalog.import_context import ImportContext, Imported, SourceFile, decimal, plain
from harness.catalog.importers.scored import table
from harness.catalog.names.matching import match_vendor
from harness.catalog.tables import Row
from harness.catalog.vocabulary import FACTS_BY_KEY

# Class of a model in the list of Chinese models → application domain.
DOMAINS_ZH = {
    "通用": "general", "金融": "finance", "医疗": "health", "医学": "health", "科研": "science", "工业": "industry",
    "客服": "office", "媒体": "media", "政务": "government", "教育": "education", "企业服务": "office", "司法": "law",
    "法律": "law", "交通运输": "industry", "信息安全": "security", "网络安全": "security", "安全": "security", "通信": "telecom",
    "代码": "coding", "汽车": "automotive", "游戏": "games", "电商": "e-commerce", "科学": "science",
}  # fmt: skip


# One name for each cloud and card; lists write several.
CLOUDS = {"Amazon Web Services": "AWS", "GCP": "Google Cloud", "Lambda Labs": "Lambda", "Microsoft Azure": "Azure"}
GPUS = {
    "3080Ti": "RTX 3080 Ti", "A10 PCIe": "A10", "A40 PCIe": "A40", "GeForce RTX 3080 Ti": "RTX 3080 Ti", "Nvidia A100": "A100",
    "Nvidia L4": "L4", "Nvidia T4": "T4", "Quadro RTX 4000": "RTX 4000", "Quadro RTX 5000": "RTX 5000", "RTX A4000": "A4000",
    "RTX A5000": "A5000", "RTX A6000": "A6000", "RTX4000": "RTX 4000", "RTX5000": "RTX 5000", "Tesla K80": "K80",
    "Tesla P4": "P4", "Tesla T4": "T4", "Tesla V100 DGXS 16 GB": "V100", "Tesla V100 DGXS 32 GB": "V100",
}  # fmt: skip
# Prices that cannot be right: cloud and card, and why.
_WRONG_RENTS = {
    ("Dataoorts", "A100"): "half of the next cloud's: a promotional price",
    ("Dataoorts", "GH200"): "half of the next cloud's: a promotional price",
    ("Dataoorts", "H100"): "a third of the next cloud's: a promotional price",
    ("Lambda", "Quadro RTX 6000"): "the price of eight other cards in the same list",
}
PER_INSTANCE = frozenset({"Exoscale"})  # where no other price is given, the column per GPU holds the instance's


def _fact(
    out: Imported, context: ImportContext, vendor: str, key: str, value: str, note: str = "", day: str = ""
) -> None:
    spec = FACTS_BY_KEY[key]
    as_of = day if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) and "1990" < day <= context.as_of else context.as_of
    cells = {"dimension": spec.dimension, "key": key, "value": _clean(value), "unit": spec.unit, "note": _clean(note)}
    out.add("facts", vendor_id=vendor, **cells, as_of=as_of, source_id=context.source_id)


def _clean(text: str) -> str:
    return " ".join(text.replace("<", "").replace(">", "").split()).lstrip("=+-@ ")[:200].strip()


def read_gpus(files: list[SourceFile], context: ImportContext) -> Imported:
    """GPU rental prices: the Full Stack's cloud tables and Epoch's hardware prices per chip-hour."""
    out = Imported()
    for file in files:
        for row in table(file):
            if "Price per chip-hour (on-demand)" in row:
                _chip_hour(out, context, row)
            elif "GPU Type" in row:
                _cloud(out, context, row)
    return out


def _gpu_price(out: Imported, context: ImportContext, row: Row, price: Decimal | None) -> None:
    if price is None or price <= 0:
        return
    row = {**row, "cloud": CLOUDS.get(row["cloud"], row["cloud"]), "gpu": GPUS.get(row["gpu"], row["gpu"])}
    if why := _WRONG_RENTS.get((row["cloud"], row["gpu"])):
        out.leave("gpu price", f"{row['cloud']} {row['gpu']} {row['terms']}", f"wrong in its source: {why}")
        return
    text = plain(round(price, 4))
    if not out.add("gpu_prices", **row, currency="USD", per_gpu_hour=text, source_id=context.source_id):
        out.leave(
            "gpu price", f"{row['cloud']} {row['gpu']} {row['terms']}", "a second price for the same terms and day"
        )


def _cloud(out: Imported, context: ImportContext, row: Row) -> None:
    gpus = decimal(row["GPUs"])
    if not gpus or gpus != gpus.to_integral_value():
        out.leave("gpu price", f"{row.get('Cloud') or row.get('Vendor')} {row['GPU Type']}", "no whole number of GPUs")
        return
    memory = decimal(row["GPU RAM"])
    name = re.sub(r"\s*\(.*\)$", "", row["GPU Type"])
    stated = re.search(
        r"\((\d+) GB\)", row["GPU Type"]
    )  # of one card, where the column of memory mixes card and instance
    cells = {
        "cloud": _clean(row.get("Cloud") or row["Vendor"]),
        "gpu": _clean(name),
        "gpus": plain(gpus),
        "memory_gb": stated.group(1) if stated else plain(round(memory / gpus, 2)) if memory else "",
        "as_of": context.as_of,
    }
    kind = "serverless" if "Vendor" in row else "on-demand"
    instance = _clean(row.get("Name", ""))
    rent = decimal(row["Per-GPU"])
    if rent and cells["cloud"] in PER_INSTANCE and not row.get("On-demand"):
        rent /= gpus
    _gpu_price(out, context, {**cells, "terms": _terms(kind, instance)}, rent)
    spot = decimal(row.get("Spot", ""))
    _gpu_price(out, context, {**cells, "terms": _terms("spot", instance)}, spot / gpus if spot else None)


def _terms(kind: str, instance: str) -> str:
    return f"{kind}; {instance}" if instance else kind


def _chip_hour(out: Imported, context: ImportContext, row: Row) -> None:
    day = row["Price date"]
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) or day > context.as_of or not row["Vendor"]:
        return  # a purchase price, or no date
    model = row["Hardware model"].removeprefix("NVIDIA ")
    memory = re.search(r"(\d+) GB", model)
    if model == "Tesla P4" and (said := re.match(r"(P100|P4) \((\d+) GB\)", row.get("Cloud GPU description", ""))):
        model, memory = said.group(1), re.search(r"(\d+) GB", said.group())  # Epoch AI files P100s under Tesla P4
    count = decimal(row["Number of GPUs"])
    whole = bool(count) and count == (count or Decimal(0)).to_integral_value()
    cells = {
        "cloud": _clean(row["Vendor"]),
        "gpu": _clean(model),
        "gpus": plain(count) if whole and count else "1",
        "memory_gb": memory.group(1) if memory else "",
        "as_of": day,
    }
    location = _clean(row["Location"])
    columns = (
        ("on-demand", "on-demand"),
        ("1-year CUD", "one-year commitment"),
        ("3-year CUD", "three-year commitment"),
    )
    for column, kind in columns:
        price = decimal(row[f"Price per chip-hour ({column})"])
        _gpu_price(out, context, {**cells, "terms": _terms(kind, location)}, price)


def read_ecosystem(files: list[SourceFile], context: ImportContext) -> Imported:
    """Ecosystem graphs: data sets and applications of each vendor, and models of others built on its models."""
    out = Imported()
    rows = [r for f in files for r in table(f, ("type", "name", "organization"))]
    owner = {}
    for row in rows:
        vendors = [m.id for o in row["organization"].split(",") if (m := match_vendor(context.names, o.strip()))]
        owner[row["name"]] = vendors[0] if vendors else ""
        if not vendors:
            out.leave("organisation", row["organization"], "not a vendor of the catalog")
    sets: Counter[str] = Counter()
    derived: Counter[str] = Counter()
    for row in rows:
        vendor = owner[row["name"]]
        if vendor and row["type"] == "dataset":
            sets[vendor] += 1
            size = row.get("size", "") if row.get("size", "").lower() not in ("", "unknown") else ""
            note = "; ".join(
                p for p in (size, row.get("license", ""), row.get("access", "")) if p and p.lower() != "unknown"
            )
            _fact(out, context, vendor, "dataset", row["name"], note, row.get("created_date", ""))
        elif vendor and row["type"] == "application":
            _fact(out, context, vendor, "product", row["name"], "", row.get("created_date", ""))
        if row["type"] == "model":
            bases = {owner.get(name, "") for name in re.findall(r"'([^']+)'", row.get("dependencies", ""))}
            derived.update(b for b in bases if b and b != vendor)
    for vendor, count in sorted(sets.items()):
        _fact(out, context, vendor, "datasets_released", str(count), "data sets in the ecosystem graph")
    for vendor, count in sorted(derived.items()):
        _fact(
            out,
            context,
            vendor,
            "derived_models",
            str(count),
            "models of others in the ecosystem graph that name its assets",
        )
    return out


def read_fmti(files: list[SourceFile], context: ImportContext) -> Imported:
    """Foundation Model Transparency Index: how many of its indicators a company fulfils."""
    out = Imported()
    for file in files:
        rows = table(file, ("Indicator",))
        for company in (c for c in rows[0] if c != "Indicator"):
            vendor = match_vendor(context.names, company)
            if vendor is None:
                out.leave("company", company, "not a vendor of the catalog")
                continue
            points = sum(int(r[company]) for r in rows if r[company] in ("0", "1"))
            _fact(out, context, vendor.id, "transparency_index", str(points), f"of {len(rows)} indicators")
    return out


def read_china(files: list[SourceFile], context: ImportContext) -> Imported:
    """Language models in China: products and application domains of the companies in the catalog."""
    out = Imported()
    for file in files:
        for row in table(file, ("company", "model", "class")):
            vendor = match_vendor(context.names, row["company"])
            if vendor is None:
                out.leave("company", row["company"], "not a vendor of the catalog")
                continue
            for product in re.split(r"[,，、]", row["model"]):
                if product.strip():
                    _fact(out, context, vendor.id, "product", product.strip(), "language model named in the list")
            domain = DOMAINS_ZH.get(row["class"])
            if domain:
                _fact(out, context, vendor.id, "domain", domain)
            else:
                out.leave("class", row["class"], "no domain for it")
    return out
