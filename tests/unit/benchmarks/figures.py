"""Results that no machine measured, for tests of what is made of them."""

from dataclasses import replace

from benchmarks.comparison.accuracy import Accuracy
from benchmarks.comparison.bots import OURS, STOCK, Training
from benchmarks.comparison.results import BotResults, Load, Machine, Results, Size
from benchmarks.comparison.servers import Memory

LOADS = [Load(1, [10.0, 12.0], [20.0, 22.0], [90.0, 80.0]), Load(16, [99.0], [150.0], [100.0])]
BOT = BotResults(
    training=Training(50.0, 80.0, None, "2026-01-01T00:00+00:00", 0.5),
    megabytes=67.0,
    start=[9.0, 10.0, 11.0],
    memory=Memory(600.0, 590.0),
    loads=LOADS,
    accuracy=Accuracy(95, 100, 1, 50),
    length={"10": 10.0, "500": 30.0},
    processes={"1": [100.0], "2": [150.0]},
    sizes=[Size("all of it", 67, 19040, None, 50.0, 67.0, 600.0, 10.0)],
)
SLOWER = replace(
    BOT,
    training=replace(BOT.training, seconds=3000.0, epochs=20),
    start=[30.0, 40.0, 44.0],
    loads=[Load(1, [40.0, 30.0], [50.0, 44.0], [20.0, 25.0]), Load(16, [400.0], [500.0], [20.0])],
    length={"10": 40.0, "500": 95.0},
)
RESULTS = Results(
    at="2026-01-01T00:00+00:00",
    quick=False,
    machine=Machine("Some processor", 2, 16, "Linux 6", 0.1),
    versions={"Rasa": "3.6.21", "Python": "3.10.1"},
    bots={OURS: BOT, STOCK: SLOWER},
)
