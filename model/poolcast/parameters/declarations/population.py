"""Declarations: people, their health and their status."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

BY_COHORT = "option:coverage_movement=by_cohort"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "population.at_previous_year_end", ("region", "sex", "age"), "persons", 0, 5e8,
        Words("Population at the year end before the base year end", "基年上一年末人口"),
        Words("Opening stock of the base year; with the closing stock it gives the exposures of the base year.",
              "基年期初人口,与期末人口一起给出基年的平均暴露人口。"),
        "source", "6.2", layer="cohort",
    ),
    Parameter(
        "population.at_base_year_end", ("region", "sex", "age"), "persons", 0, 5e8,
        Words("Population at the base year end", "基年末人口"),
        Words("Stock at 31 December of the base year, from which the cohort projection starts.", "基年12月31日人口,队列预测的起点。"),
        "source", "6.2", layer="cohort",
    ),
    Parameter(
        "population.survival_ratio", ("region", "year", "sex", "age"), "fraction", 0, 1,
        Words("Survival ratio", "存活比"),
        Words("Share of a cohort that survives the year, by age at its end; 0 from birth, 100 within the open group.",
              "队列活过该年的比例,按年末年龄;0 为出生至年末,100 为开放组内。"),
        "source", "6.2", first_year=1, layer="cohort",
    ),
    Parameter(
        "population.fertility_rate", ("region", "year", "age"), "births_per_woman_year", 0, 1,
        Words("Fertility rate", "生育率"),
        Words("Births per woman and year at age last birthday.", "按周岁年龄的妇女年生育率。"),
        "source", "6.2", layer="cohort",
    ),
    Parameter(
        "population.male_births_per_female_birth", ("region", "year"), "ratio", 0.9, 1.3,
        Words("Male births per female birth", "出生性别比(女=1)"),
        Words("Sex ratio at birth.", "出生男婴与女婴之比。"),
        "source", "6.2", default=1.08, first_year=1, layer="cohort",
    ),
    Parameter(
        "population.net_migration", ("region", "year", "sex", "age"), "persons", -1e7, 1e7,
        Words("Net migration from outside the set", "集外净迁移"),
        Words("Net migrants of the year across the borders of the whole set, by age at the end of the year.",
              "当年跨越全部统筹区外部边界的净迁移人数,按年末年龄。"),
        "source", "6.2", first_year=1, layer="cohort",
    ),
    Parameter(
        "population.migration_flow", ("region", "destination", "year"), "persons", 0, 1e7,
        Words("Migrants between regions", "区间迁移人数"),
        Words("Persons who move from a region to a destination of the same set in the year.", "当年由迁出区迁往迁入区的人数。"),
        "assumption", "6.2", default=0.0, first_year=1, layer="cohort", needed="several_regions",
    ),
    Parameter(
        "population.migration_age_profile", ("sex", "age"), "fraction", 0, 1,
        Words("Age profile of migrants between regions", "区间迁移年龄分布"),
        Words("Share of the movers by sex and age at the end of the year; adds to one.", "迁移者按性别和年末年龄的分布,合计为1。"),
        "assumption", "6.2", layer="cohort", needed="several_regions", adds_to_one_over=("sex", "age"),
    ),
    Parameter(
        "health.shift", ("benefit",), "fraction", 0, 1,
        Words("Health shift of longer lives", "长寿健康位移"),
        Words("Years by which cost profiles move to higher ages per year of gained life expectancy: 0 pure demographic, "
              "1 constant health, 0.5 mixed.", "预期寿命每延长一年,费用年龄曲线后移的年数:0 纯人口,1 健康不变,0.5 混合。"),
        "assumption", "6.2", default=0.5, layer="cohort",
    ),
    Parameter(
        "health.death_related_share", ("benefit",), "fraction", 0, 1,
        Words("Weight of death-related costs", "临终费用法权重"),
        Words("0 uses the age profile as it is, 1 ties it to the changing share of people in their last year of life.",
              "0 直接用年龄曲线,1 随临终一年人口比例变化。"),
        "assumption", "6.6", default=0.0, layer="cohort",
    ),
    Parameter(
        "health.decedent_cost_ratio", ("age",), "ratio", 1, 100,
        Words("Cost of decedents over survivors", "死亡者与存活者费用比"),
        Words("Cost in the last year of life as a multiple of the cost of a survivor of the same age.", "同龄死亡者最后一年费用与存活者之比。"),
        "assumption", "6.6", layer="cohort",
    ),
    Parameter(
        "coverage.previous_status_share", ("region", "status", "sex", "age"), "fraction", 0, 1,
        Words("Status shares at the year end before", "基年上一年末参保状态比例"),
        Words("Share of the population in each status at the year end before the base year end; adds to one over statuses.",
              "基年上一年末各参保状态占人口比例,合计为1。"),
        "derived", "6.3", layer="cohort", adds_to_one_over=("status",), sum_tolerance=1e-4,
    ),
    Parameter(
        "coverage.status_share", ("region", "status", "sex", "age"), "fraction", 0, 1,
        Words("Status shares at the base year end", "基年末参保状态比例"),
        Words("Share of the population in each status at the base year end; adds to one over statuses.", "基年末各参保状态占人口比例,合计为1。"),
        "derived", "6.3", layer="cohort", adds_to_one_over=("status",), sum_tolerance=1e-4,
    ),
    Parameter(
        "coverage.exposure_weight_of_closing_stock", (), "fraction", 0, 1,
        Words("Weight of the closing stock in the exposure", "期末人数在平均暴露中的权重"),
        Words("0.5 takes the mean of two year ends; 1 takes the closing stock itself as the exposure of the year.",
              "0.5 取两年末平均;1 直接以期末人数为当年暴露人数。"),
        "assumption", "6.2", default=0.5, layer="cohort",
    ),
    Parameter(
        "coverage.women_retiring_at_50_share", ("region",), "fraction", 0, 1,
        Words("Share of women with original retirement age 50", "原退休年龄50岁女性比例"),
        Words("The other women have the original retirement age 55.", "其余女性原退休年龄为55岁。"),
        "assumption", "2.3", default=0.5, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "retirement.delay", (), "switch", 0, 1,
        Words("Gradual delay of the retirement age", "渐进式延迟退休"),
        Words("1 follows the schedule of 2025-2039 by birth month, 0 keeps 60, 55 and 50.", "1 执行2025-2039年按出生月延迟,0 维持60/55/50岁。"),
        "source", "2.3", default=1.0, layer="cohort", needed=BY_COHORT, integer=True,
    ),
    Parameter(
        "retirement.early_share", (), "fraction", 0, 1,
        Words("Share retiring early", "弹性提前退休比例"),
        Words("Share that takes the delay back, by up to 36 months and not below the original age.", "选择提前退休者比例,最多36个月且不低于原年龄。"),
        "assumption", "2.3", default=0.25, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "retirement.late_share", (), "fraction", 0, 1,
        Words("Share retiring late", "弹性延迟退休比例"),
        Words("Share that works on after the statutory age.", "达到法定年龄后继续工作者比例。"),
        "assumption", "2.3", default=0.05, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "retirement.late_months", (), "months", 0, 36,
        Words("Months of late retirement", "弹性延迟月数"),
        Words("Months that those who retire late work on.", "弹性延迟退休者多工作的月数。"),
        "assumption", "2.3", default=12.0, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.vested_share", ("region", "year", "sex"), "fraction", 0, 1,
        Words("Share vested at retirement", "退休时缴费达标比例"),
        Words("Share of those reaching retirement age whose contribution years suffice, deemed years and one-off payments included.",
              "达到退休年龄时缴费年限达标者比例(含视同缴费和一次性补缴)。"),
        "assumption", "2.2", default=0.9, first_year=1, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.vesting_rate_of_unvested", ("region",), "rate_per_year", 0, 1,
        Words("Vesting rate of those still paying", "超龄缴费者年达标率"),
        Words("Share of those past retirement age and still paying who become vested in a year.", "超龄缴费者每年达标转为退休的比例。"),
        "assumption", "6.3", default=0.25, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.lapse_rate_of_unvested", ("region",), "rate_per_year", 0, 1,
        Words("Lapse rate of those still paying", "超龄缴费者年退出率"),
        Words("Share of those past retirement age and still paying who leave for the resident scheme in a year.", "超龄缴费者每年转入居民医保的比例。"),
        "assumption", "6.3", default=0.05, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.entry_growth_rate", ("region",), "rate_per_year", -0.1, 0.1,
        Words("Growth of the entry profile", "青年参保进入率增长"),
        Words("Yearly growth of the base-year increments by age with which young cohorts enter the employee scheme.", "青年队列进入职工医保的年龄增量的年增长率。"),
        "assumption", "6.3", default=0.004, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.entry_last_age", (), "years", 16, 60,
        Words("Last age of entry by profile", "进入期末龄"),
        Words("Up to this age cohorts enter the employee scheme by the base-year age increments.", "此年龄及以前按基年年龄增量进入职工医保。"),
        "assumption", "6.3", default=35, layer="cohort", needed=BY_COHORT, integer=True,
    ),
    Parameter(
        "coverage.formalisation_rate", ("region", "year"), "rate_per_year", 0, 0.2,
        Words("Formalisation rate", "正规化率"),
        Words("Share of those outside the employee scheme who join it in the year, within the ages of formalisation.", "正规化年龄段内当年由居民转入职工医保的比例。"),
        "assumption", "6.3", default=0.016, first_year=1, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.formalisation_first_age", (), "years", 16, 70,
        Words("First age of formalisation", "正规化起始年龄"),
        Words("Age from which people outside may join the employee scheme by formalisation.", "正规化转入的起始年龄。"),
        "assumption", "6.3", default=28, layer="cohort", needed=BY_COHORT, integer=True,
    ),
    Parameter(
        "coverage.formalisation_last_age", (), "years", 16, 70,
        Words("Last age of formalisation", "正规化终止年龄"),
        Words("Age up to which people outside may join the employee scheme by formalisation.", "正规化转入的终止年龄。"),
        "assumption", "6.3", default=50, layer="cohort", needed=BY_COHORT, integer=True,
    ),
    Parameter(
        "coverage.exit_rate_before_retirement", ("region",), "rate_per_year", 0, 0.2,
        Words("Exit rate before retirement", "退休前退出率"),
        Words("Share of contributors who leave the employee scheme in a year from the exit age on.", "退出年龄起每年退出职工医保的比例。"),
        "assumption", "6.3", default=0.004, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.exit_first_age", (), "years", 30, 70,
        Words("First age of exit before retirement", "退出起始年龄"),
        Words("Age from which contributors leave at the exit rate.", "按退出率退出的起始年龄。"),
        "assumption", "6.3", default=50, layer="cohort", needed=BY_COHORT, integer=True,
    ),
    Parameter(
        "coverage.contributor_share_ceiling", ("region",), "fraction", 0, 1,
        Words("Ceiling of the contributing share", "缴费比例上限"),
        Words("Largest share of the people not yet retired who can contribute to the employee scheme.", "未退休人口中可缴费者的最大比例。"),
        "assumption", "6.3", default=0.72, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.flexible_share_growth", ("region", "year"), "rate_per_year", -0.2, 0.2,
        Words("Growth of the flexible share", "灵活就业占比增长"),
        Words("Relative growth of the share of flexible workers among contributors of the same age.", "同龄缴费者中灵活就业占比的年增长率。"),
        "assumption", "6.3", default=0.0, first_year=1, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.uninsured_decline", ("region", "year"), "rate_per_year", -0.5, 0.5,
        Words("Decline of the uninsured", "未参保率下降"),
        Words("Relative yearly fall of the share of the uninsured among people outside the employee scheme.", "职工医保以外人口中未参保占比的年下降率。"),
        "assumption", "6.3", default=0.0, first_year=1, layer="cohort", needed=BY_COHORT,
    ),
    Parameter(
        "coverage.joining_share", ("region", "year", "age"), "fraction", 0, 1,
        Words("Uninsured who join, by age", "分年龄未参保者参保比例"),
        Words("Share of those whom the path of coverage leaves uninsured at an age who are insured as residents after all.",
              "按既定路径仍未参保者中按居民身份参保的比例,分年龄。"),
        "assumption", "6.3", default=0.0, first_year=1, between="step", layer="cohort",
    ),
    Parameter(
        "coverage.re_entry_rate", ("region", "year"), "rate_per_year", 0, 1,
        Words("Re-entry rate of the uninsured", "未参保者再参保率"),
        Words("Share of the uninsured of the last year end who enrol as residents in the year; read for waiting periods only.",
              "上年末未参保者当年以居民身份参保的比例,仅用于待遇等待期。"),
        "assumption", "3.10", default=0.5,
    ),
    Parameter(
        "coverage.waiting_months", ("region", "year"), "months", 0, 12,
        Words("Fixed waiting period", "固定待遇等待期"),
        Words("Months for which residents who enrol after a lapse pay without being entitled.", "断保后再参保居民缴费但不享受待遇的月数。"),
        "assumption", "3.10", default=0.0, between="step",
    ),
    Parameter(
        "coverage.waiting_months_per_missed_year", ("region", "year"), "months", 0, 12,
        Words("Waiting months per missed year", "每断保一年增加的等待月数"),
        Words("Further waiting months for each missed year.", "每断保一年增加的待遇等待月数。"),
        "assumption", "3.10", default=0.0, between="step",
    ),
    Parameter(
        "coverage.missed_years", ("region", "year"), "years", 0, 40,
        Words("Missed years of those who re-enter", "再参保者断保年数"),
        Words("Mean number of missed years, of those who enrol after a lapse, that lengthen the waiting period.", "断保后再参保者计入变动等待期的平均断保年数。"),
        "assumption", "3.10", default=1.0,
    ),
)
