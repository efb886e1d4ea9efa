"""Declarations: how sure the path of mortality is."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "uncertainty.mortality_age_pattern", ("sex", "age"), "ratio", -10, 20, Words("Age pattern of mortality risk", "死亡率风险的年龄模式"),
        Words("How much the logarithm of the death probability of an age moves with the common index (beta of Lee and Carter); one on average over ages and both sexes.", "各年龄死亡概率对数随共同指数变动的幅度(Lee-Carter模型的beta),对年龄和两性平均为1。"),
        "estimated", "7.1", layer="uncertainty", needed="never",
    ),
    Parameter(
        "uncertainty.mortality_deviation", (), "ratio", 0, 1, Words("Yearly deviation of the mortality index", "死亡率指数年标准差"),
        Words("Standard deviation of the yearly step of the index around its drift, in log points of the death probability of an average age.", "死亡率指数每年偏离漂移的标准差,以平均年龄死亡概率的对数点计。"),
        "estimated", "7.1", layer="uncertainty", needed="never",
    ),
    Parameter(
        "uncertainty.mortality_drift_error", (), "ratio", 0, 0.5, Words("Error of the mortality drift", "死亡率漂移标准误"),
        Words("Standard error of the yearly drift of the index, drawn once for a path, in log points of the death probability of an average age.", "死亡率指数年漂移的标准误,每条路径抽取一次,以平均年龄死亡概率的对数点计。"),
        "estimated", "7.1", layer="uncertainty", needed="never",
    ),
)
