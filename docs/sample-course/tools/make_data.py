"""Writes data/rent.csv and data/rent_clean.csv. Nothing here is a real listing.

The story: one morning, a small property company in Tokyo exports its list of flats to let. Rents follow
a rule plus chance, so the course can talk about what a model should find:

    rent = 50,000 + 2,350 x area - 950 x age - 1,700 x walk + 700 x floor + ward + noise (sd 7,500)

and then people have been at the spreadsheet: some ages and walking times are blank, four rents are
blank, three rows were pasted twice, and two rents are in units of 10,000 yen (8.3 for 83,000).
rent_clean.csv is what chapter 06-cleaning arrives at; chapters after it start from that file.

Run from this folder's parent: python tools/make_data.py (numpy and pandas; the seed fixes every value).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20261123
ROWS = 300
WARDS = {  # yen above or below a ward in the middle
    "Adachi": -15_000,
    "Koto": 6_000,
    "Meguro": 27_000,
    "Nerima": -6_000,
    "Setagaya": 13_000,
    "Suginami": 5_000,
}
DATA = Path(__file__).resolve().parent.parent / "data"


def listings() -> pd.DataFrame:
    rng = np.random.default_rng(SEED)
    ward = rng.choice(list(WARDS), size=ROWS, p=[0.18, 0.16, 0.12, 0.18, 0.2, 0.16])
    area = np.clip(rng.lognormal(mean=3.4, sigma=0.36, size=ROWS), 15, 80).round(1)
    age = np.clip(rng.gamma(shape=2.2, scale=9.0, size=ROWS), 0, 55).round().astype(int)
    walk = np.clip(rng.gamma(shape=3.0, scale=2.8, size=ROWS), 1, 25).round().astype(int)
    floor = np.clip(rng.geometric(p=0.3, size=ROWS), 1, 14)
    rent = (
        50_000
        + 2_350 * area
        - 950 * age
        - 1_700 * walk
        + 700 * floor
        + np.array([WARDS[w] for w in ward])
        + rng.normal(0, 7_500, size=ROWS)
    )
    rent = np.maximum((rent / 1_000).round() * 1_000, 25_000).astype(int)
    return pd.DataFrame(
        {
            "id": np.arange(1, ROWS + 1),
            "ward": ward,
            "area": area,
            "age": age,
            "walk": walk,
            "floor": floor,
            "rent": rent,
        }
    )


def spoil(flats: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(SEED + 1)
    raw = flats.astype({"age": float, "walk": float, "rent": float})
    rows = rng.permutation(ROWS)
    raw.loc[rows[0:9], "age"] = np.nan
    raw.loc[rows[9:21], "walk"] = np.nan
    raw.loc[rows[21:25], "rent"] = np.nan
    raw.loc[rows[25:27], "rent"] /= 10_000
    return pd.concat([raw, raw.loc[rows[27:30]]])  # the doubles were pasted at the end


def clean(raw: pd.DataFrame) -> pd.DataFrame:
    """The same steps as chapter 06-cleaning, in the same order."""
    df = raw.drop_duplicates().dropna(subset=["rent"])
    df.loc[df["rent"] < 1_000, "rent"] *= 10_000
    df["age"] = df["age"].fillna(df["age"].median())
    df["walk"] = df["walk"].fillna(df["walk"].median())
    return df.astype({"age": int, "walk": int, "rent": int}).sort_values("id")


def main() -> None:
    raw = spoil(listings())
    DATA.mkdir(exist_ok=True)
    raw.to_csv(DATA / "rent.csv", index=False, float_format="%.10g")
    clean(raw).to_csv(DATA / "rent_clean.csv", index=False)


if __name__ == "__main__":
    main()
