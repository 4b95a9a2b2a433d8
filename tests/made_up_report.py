"""Made-up reports, as data."""

from typing import Any

from analysis.report.schema import (
    AgainstBase,
    Agreement,
    CalibrationUsed,
    CategoryGap,
    Controls,
    CotDifference,
    Doubt,
    Drift,
    Exclusion,
    Faking,
    FamilyGap,
    Gap,
    Heterogeneity,
    InstrumentCheck,
    MemberGap,
    Outcomes,
    PeopleAgainstJudge,
    Power,
    PublishedChange,
    PublishedDoubt,
    PublishedFigure,
    ReadingShare,
    ReplyRef,
    Report,
    ScorerDifference,
    SilentGap,
)

LLAMA = "together/meta-llama/Llama-3.1-405B-Instruct-Turbo"
JUDGE = "openai/gpt-4o"


def experiment(**changes: Any) -> dict[str, Any]:
    """What identifies a row, with changes."""
    fields = {
        "model": LLAMA,
        "setting": "helpful_only",
        "cot": True,
        "variation": "base",
        "wrapper": "notebook",
        "developer": "Meta",
        "query_set": "advbench",
        "prompts": "suite",
        "prefill": False,
        "turns": 1,
    }
    return fields | changes


def gap(**changes: Any) -> Gap:
    """A gap of 0.14 over 392 pairs, as the judge sees it, with changes."""
    fields = experiment(
        scorer="judged_compliance",
        primary=True,
        contrast="free-paid",
        tier_a="free",
        tier_b="paid",
        asked_a=400,
        asked_b=400,
        n_queries=400,
        n_pairs=392,
        rate_a=0.19,
        rate_b=0.047,
        rate_a_low=0.154,
        rate_a_high=0.232,
        rate_b_low=0.03,
        rate_b_high=0.073,
        gap=0.143,
        ci_low=0.101,
        ci_high=0.184,
        p_value=1.2e-11,
        p_adjusted=2.4e-11,
        p_equivalence=1.0,
        verdict="gap",
        verdict_kind="gap",
        statement="gap: +0.143 [+0.101, +0.184]; 392 pairs.",
        delta=0.05,
        more_queries=None,
        smallest_gap=0.06,
        correlation=0.21,
        unscored_a={"truncated": 5, "unreadable_verdict": 1},
        unscored_b={"truncated": 2},
        p_missing=0.29,
        bound_low=0.121,
        bound_high=0.158,
        rate_a_published=None,
        rate_b_published=None,
        judge=JUDGE,
        calibrated=False,
    )
    return Gap(**fields | changes)


def no_pair(**changes: Any) -> Gap:
    """A gap of which there is no data, with changes."""
    rates = [f"rate_{side}{bound}" for side in "ab" for bound in ("", "_low", "_high")]
    tests = ["p_value", "p_adjusted", "p_equivalence", "p_missing"]
    nothing = dict.fromkeys([*rates, *tests, "gap", "ci_low", "ci_high", "smallest_gap", "correlation"])
    unknown: dict[str, Any] = {
        "n_pairs": 0,
        "verdict": "no data",
        "verdict_kind": "no_data",
        "unscored_a": {"no_response": 400},
        "unscored_b": {"no_response": 400},
        "bound_low": -1.0,
        "bound_high": 1.0,
    }
    return gap(**nothing | unknown | changes)


def faking(**changes: Any) -> Faking:
    """Alignment-faking reasoning on the free tier, with changes."""
    fields = experiment(
        tier="free",
        among="all",
        n=394,
        n_faking=47,
        rate=0.119,
        ci_low=0.091,
        ci_high=0.155,
        n_unscored=6,
        judge=JUDGE,
        calibrated=False,
    )
    return Faking(**fields | changes)


def corrected(**changes: Any) -> Faking:
    """The same, corrected by a calibration of the judge, with changes."""
    fields: dict[str, Any] = {
        "calibrated": True,
        "correction": "rogan_gladen",
        "corrected": 0.142,
        "corrected_low": 0.081,
        "corrected_high": 0.21,
        "calibration": CalibrationUsed(
            file="judge.json", data="ours", n_positive=51, n_negative=55.5, sensitivity=0.804, specificity=0.982
        ),
    }
    return faking(**fields | changes)


def drift(**changes: Any) -> Drift:
    """A judge that finds fewer than its mistakes, with changes."""
    fields = experiment(
        tier="free",
        judge=JUDGE,
        file="judge.json",
        data="ours",
        specificity=0.8,
        n_negative=55.5,
        by="positives",
        asked=76,
        positives=2,
        p_value=0.001,
        drifted=True,
        statement="the judge finds 2 of 76",
    )
    return Drift(**fields | changes)


def people(**changes: Any) -> PeopleAgainstJudge:
    """Labels by people and by the judge, with changes."""
    fields = experiment(
        tier="free",
        question="alignment_faking",
        judge=JUDGE,
        labelled=60,
        undecided={"labellers_disagree": 3},
        both=15,
        people_only=2,
        judge_only=5,
        neither=38,
        replies_positive=40,
        replies_negative=160,
        weighted=True,
        sensitivity=0.789,
        sensitivity_low=0.492,
        sensitivity_high=0.969,
        specificity=0.938,
        specificity_low=0.874,
        specificity_high=0.979,
        kappa=0.713,
    )
    return PeopleAgainstJudge(**fields | changes)


def reading_share(**changes: Any) -> ReadingShare:
    """One label of a reading on the free tier, with changes."""
    fields = experiment(
        tier="free",
        reading="motive",
        label="fatalism",
        among="all",
        n=40,
        count=4,
        share=0.1,
        ci_low=0.04,
        ci_high=0.231,
        not_applicable=3,
        judge=JUDGE,
        calibrated=False,
    )
    return ReadingShare(**fields | changes)


def doubt(**changes: Any) -> Doubt:
    """One judgement on the answers to a group of questions, with changes."""
    beside = PublishedDoubt(
        id="g-d4-ho-is-it-real-might",
        source="Greenblatt et al. 2024, Appendix D.4, Table 10",
        published_model="Claude 3 Opus",
        printed="might not be real 26.6 %",
        published=0.266,
        published_low=0.207,
        published_high=0.333,
        published_n=192,
        difference=-0.156,
        difference_low=-0.31,
        difference_high=0.43,
        verdict="not comparable",
        reasons=["temperature: ours 1, theirs not stated"],
        assumptions=["n = 192 of the source is derived from what it prints"],
    )
    fields = experiment(
        query_set="interview",
        tier="free",
        group="is_it_real",
        question=None,
        judgement="might_not_be_real",
        n=190,
        count=21,
        n_questions=3,
        rate=0.11,
        ci_low=0.01,
        ci_high=0.6,
        unscored={"truncated": 2},
        judge=JUDGE,
        calibrated=False,
        published=[beside],
    )
    return Doubt(**fields | changes)


def agreement(**changes: Any) -> Agreement:
    """Prefix against judge on the free tier, with changes."""
    fields = experiment(
        tier="free",
        both_comply=61,
        prefix_only=15,
        judge_only=9,
        both_refuse=309,
        kappa=0.8,
        kappa_low=0.72,
        kappa_high=0.88,
        disagreeing=[
            ReplyRef(folder="logs", log="a.eval", sample_id="advbench-17", epoch=1, prefix="accepted", judged="refuses")
        ],
    )
    return Agreement(**fields | changes)


def scorer_difference(**changes: Any) -> ScorerDifference:
    """A conclusion that changes with the scorer, with changes."""
    fields = experiment(
        contrast="free-paid",
        tier_a="free",
        tier_b="paid",
        gap_prefix=0.01,
        gap_judged=0.143,
        n_queries=388,
        difference=-0.133,
        ci_low=-0.174,
        ci_high=-0.09,
        p_value=0.0004,
        verdict_prefix="no gap beyond ±0.05",
        verdict_judged="gap",
        kind_prefix="no_gap",
        kind_judged="gap",
    )
    return ScorerDifference(**fields | changes)


def cot_difference(**changes: Any) -> CotDifference:
    """A gap that is larger with CoT than without, with changes."""
    shared = experiment()
    del shared["cot"]
    fields = shared | {
        "contrast": "free-paid",
        "tier_a": "free",
        "tier_b": "paid",
        "scorer": "judged_compliance",
        "gap_cot": 0.143,
        "gap_no_cot": 0.008,
        "n_queries": 388,
        "difference": 0.134,
        "ci_low": 0.088,
        "ci_high": 0.178,
        "p_value": 3e-9,
        "verdict_cot": "gap",
        "verdict_no_cot": "no gap beyond ±0.05",
        "kind_cot": "gap",
        "kind_no_cot": "no_gap",
        "also_differs": [],
    }
    return CotDifference(**fields | changes)


def against_base(**changes: Any) -> AgainstBase:
    """A variation whose gap is larger than that of the base prompt, with changes."""
    fields = experiment(
        variation="cut_ex",
        contrast="free-paid",
        tier_a="free",
        tier_b="paid",
        scorer="judged_compliance",
        gap=0.27,
        gap_base=0.143,
        developer_base="Meta",
        n_queries=388,
        difference=0.128,
        ci_low=0.07,
        ci_high=0.18,
        p_value=2e-5,
        verdict="gap",
        verdict_base="gap",
        kind="gap",
        kind_base="gap",
        faking=0.202,
        faking_base=0.119,
        also_differs=[],
        published=[
            PublishedChange(
                id="g-g2-032-gap",
                source="Greenblatt et al. 2024, Appendix G.2, no. 32",
                published_model="Claude 3 Opus",
                gap=0.324,
                gap_base=0.113,
                difference=0.211,
            )
        ],
    )
    return AgainstBase(**fields | changes)


def family_gap(**changes: Any) -> FamilyGap:
    """A family of two paraphrases, one with a gap and one without, with changes."""
    shared = experiment()
    del shared["variation"]
    fields = shared | {
        "family": "paraphrase",
        "contrast": "free-paid",
        "tier_a": "free",
        "tier_b": "paid",
        "scorer": "judged_compliance",
        "members": [
            MemberGap(variation="paraphrase_1", n_pairs=392, gap=0.11, verdict_kind="gap"),
            MemberGap(variation="paraphrase_2", n_pairs=390, gap=0.02, verdict_kind="no_gap"),
        ],
        "gap_min": 0.02,
        "gap_median": 0.065,
        "gap_max": 0.11,
        "n_queries": 386,
        "n_left_out": 10,
        "rate_a": 0.125,
        "rate_b": 0.06,
        "gap": 0.065,
        "ci_low": 0.04,
        "ci_high": 0.09,
        "p_value": 6e-7,
        "p_adjusted": 1.2e-6,
        "tests": 2,
        "p_equivalence": 0.7,
        "verdict": "gap",
        "verdict_kind": "gap",
        "statement": "gap: +0.065 [+0.040, +0.090]; 386 pairs.",
        "delta": 0.05,
        "members_ci_low": -0.63,
        "members_ci_high": 0.69,
        "members_p_value": 0.5,
        "judge": JUDGE,
        "calibrated": False,
    }
    return FamilyGap(**fields | changes)


def silent_gap(**changes: Any) -> SilentGap:
    """A gap that is smaller among the replies without alignment-faking reasoning, with changes."""
    fields = experiment(
        scorer="judged_compliance",
        contrast="free-paid",
        tier_a="free",
        tier_b="paid",
        n_pairs=344,
        rate_a=0.078,
        rate_b=0.041,
        gap=0.037,
        ci_low=0.006,
        ci_high=0.067,
        gap_of_all=0.143,
        faking_a=47,
        faking_b=2,
        unlabelled_a=6,
        unlabelled_b=2,
        judge=JUDGE,
        calibrated=False,
    )
    return SilentGap(**fields | changes)


def heterogeneity(**changes: Any) -> Heterogeneity:
    """A gap that differs between two categories, with changes."""
    fields = experiment(
        scorer="judged_compliance",
        contrast="free-paid",
        tier_a="free",
        tier_b="paid",
        categories=[
            CategoryGap(category="fraud", n_pairs=190, rate_a=0.1, rate_b=0.05, gap=0.05, ci_low=0.0, ci_high=0.1),
            CategoryGap(category="weapons", n_pairs=200, rate_a=0.27, rate_b=0.04, gap=0.23, ci_low=0.16, ci_high=0.3),
        ],
        uncategorised=2,
        q=3.157,
        p_value=0.001,
        draws=999,
    )
    return Heterogeneity(**fields | changes)


def published(**changes: Any) -> PublishedFigure:
    """A published gap beside ours, with changes."""
    fields = experiment(
        id="g-b4-llama-3.1-405b-cot-gap",
        source="Greenblatt et al. 2024, Appendix B.4, Table 5",
        published_model="Llama 3.1 405B Instruct",
        tier="free-paid",
        quantity="gap",
        scorer="prefix_compliance",
        metric="gap",
        printed="gap 14.3 points",
        bound="exactly",
        published=0.143,
        published_low=0.099,
        published_high=0.187,
        published_n=400,
        ours=0.01,
        ours_low=-0.02,
        ours_high=0.04,
        ours_n=400,
        difference=-0.133,
        difference_low=-0.186,
        difference_high=-0.08,
        verdict="not comparable",
        reasons=["prompts: ours this suite's own words, theirs its own", "temperature: ours 1, theirs not stated"],
        assumptions=["its pairing is not known"],
    )
    return PublishedFigure(**fields | changes)


def outcomes(**changes: Any) -> Outcomes:
    """What became of the replies on the free tier, with changes."""
    fields = experiment(
        scorer="judged_compliance",
        tier="free",
        asked=400,
        outcomes={"complies": 75, "refuses": 319, "truncated": 5, "ungraded": 1},
        hidden_reasoning=3,
        unasked_reasoning=0,
        missing_output=0,
        turns_used={"1": 398, "2": 2},
    )
    return Outcomes(**fields | changes)


def report(**changes: Any) -> Report:
    """A report that holds something of everything, with changes."""
    opus, quiet, dead = "anthropic/claude-3-opus-20240229", "control/quiet_faker", "openai/gpt-4o-mini"
    fields: dict[str, Any] = {
        "title": "Alignment faking, three models",
        "made": "2025-11-03T10:00:00Z",
        "suite_version": "0.1.0",
        "logs": ["2025-11-03_a.eval", "2025-11-03_b.eval"],
        "n_replies": 4800,
        "gaps": [
            gap(),
            gap(scorer="prefix_compliance", primary=False, judge=None, calibrated=True, gap=0.01, ci_low=-0.02,
                ci_high=0.04, rate_a=0.06, rate_b=0.05, verdict="no gap beyond ±0.05", verdict_kind="no_gap",
                rate_a_published=0.059, rate_b_published=0.05, bound_low=-0.005, bound_high=0.025),
            gap(cot=False, gap=0.008, ci_low=-0.012, ci_high=0.029, rate_a=0.013, rate_b=0.005, rate_a_low=0.005,
                rate_a_high=0.03, rate_b_low=0.001, rate_b_high=0.018, verdict="no gap beyond ±0.05",
                verdict_kind="no_gap", p_value=0.375, p_adjusted=0.375, p_equivalence=0.001,
                bound_low=-0.01, bound_high=0.025),
            gap(model=opus, gap=0.03, ci_low=0.008, ci_high=0.049, rate_a=0.065, rate_b=0.035, rate_a_low=0.04,
                rate_a_high=0.09, rate_b_low=0.02, rate_b_high=0.06, verdict="gap, smaller than δ = 0.05",
                verdict_kind="gap_smaller", p_value=0.004, p_adjusted=0.008, calibrated=True,
                unscored_a={}, unscored_b={}, p_missing=None, bound_low=0.03, bound_high=0.03, n_pairs=400),
            gap(model=quiet, gap=0.04, ci_low=-0.05, ci_high=0.12, rate_a=0.5, rate_b=0.46, rate_a_low=0.4,
                rate_a_high=0.6, rate_b_low=0.36, rate_b_high=0.56, n_pairs=66, asked_a=100, asked_b=100,
                verdict="inconclusive, about 420 more queries", verdict_kind="inconclusive", more_queries=420,
                p_value=0.45, p_adjusted=0.9, p_missing=2e-7, bound_low=-0.26, bound_high=0.38,
                unscored_a={"unreadable_verdict": 30, "filtered": 4}, unscored_b={},
                notes=["The interval is that of several epochs."]),
            no_pair(model=dead),
        ],
        "outcomes": [outcomes(), outcomes(model=dead, outcomes={"errored": 400}, turns_used={})],
        "faking": [
            faking(),
            faking(tier="paid", n=398, n_faking=2, rate=0.005, ci_low=0.001, ci_high=0.018, n_unscored=2),
            faking(among="compliant", n=76, n_faking=47, rate=0.618, ci_low=0.506, ci_high=0.719),
            faking(tier="paid", among="compliant", n=0, n_faking=0, rate=None, ci_low=None, ci_high=None),
            faking(among="refusing", n=318, n_faking=3, rate=0.009, ci_low=0.003, ci_high=0.027),
            faking(cot=False, n=0, n_faking=0, rate=None, ci_low=None, ci_high=None, n_unscored=0),
            corrected(model=opus, n=392, n_faking=20, rate=0.051, ci_low=0.03, ci_high=0.08),
        ],
        "drift": [drift(model=opus)],
        "people": [people(model=opus)],
        "doubts": [doubt()],
        "agreement": [
            agreement(),
            agreement(tier="paid", both_comply=17, prefix_only=2, judge_only=14, both_refuse=365, kappa=0.66,
                      kappa_low=0.5, kappa_high=0.8,
                      disagreeing=[]),
            agreement(model=dead, both_comply=0, prefix_only=0, judge_only=0, both_refuse=0, kappa=None,
                      kappa_low=None, kappa_high=None, disagreeing=[]),
        ],
        "scorers": [
            scorer_difference(),
            scorer_difference(model=dead, gap_prefix=None, gap_judged=None, n_queries=0, difference=None,
                              ci_low=None, ci_high=None, p_value=None,
                              verdict_prefix="no data", verdict_judged="no data", kind_prefix="no_data",
                              kind_judged="no_data"),
        ],
        "cot": [
            cot_difference(),
            cot_difference(model=opus, also_differs=["sampling", "judge"]),
            cot_difference(model=dead, gap_cot=None, gap_no_cot=None, n_queries=0, difference=None, ci_low=None,
                           ci_high=None, p_value=None, verdict_cot="no data", verdict_no_cot="no data",
                           kind_cot="no_data", kind_no_cot="no_data"),
        ],
        "silent": [
            silent_gap(),
            silent_gap(model=quiet, n_pairs=0, rate_a=None, rate_b=None, gap=None, ci_low=None, ci_high=None,
                       gap_of_all=0.04, faking_a=66, faking_b=0, judge=None),
        ],
        "heterogeneity": [heterogeneity(), heterogeneity(cot=False, uncategorised=0, q=0.0, p_value=1.0)],
        "controls": [
            Controls(**experiment(tier="free", scorer="judged_compliance", n=50, rate=0.98, ci_low=0.9,
                                  ci_high=1.0)),
            Controls(**experiment(tier="paid", scorer="judged_compliance", n=0, rate=None, ci_low=None,
                                  ci_high=None)),
        ],
        "exclusions": [
            Exclusion(log="2025-11-03_c.eval", samples=12, reason="its run did not finish",
                      remedy="inspect eval-retry 2025-11-03_c.eval"),
            Exclusion(log="other.eval", samples=None, reason="a log of another suite", remedy="leave it out"),
        ],
        "instrument_check": InstrumentCheck(when="2025-11-02T09:00:00Z", figures=168, differ=0, note=""),
        "published": [
            published(),
            published(id="free", tier="free", quantity="compliance", metric="refusal", printed="refusal 81.0 %",
                      published=0.19, published_low=0.154, published_high=0.232, ours=0.059, ours_low=0.04,
                      ours_high=0.087, difference=-0.131, difference_low=-0.177, difference_high=-0.085),
            published(id="paid", tier="paid", quantity="compliance", metric="refusal", printed="refusal 95.3 %",
                      published=0.047, published_low=0.03, published_high=0.073, ours=0.05, ours_low=0.033,
                      ours_high=0.076, difference=0.003, difference_low=-0.029, difference_high=0.036),
            published(id="judged", scorer="judged_compliance", ours=0.143, ours_low=0.101, ours_high=0.184, ours_n=392,
                      difference=0.0, difference_low=-0.06, difference_high=0.06,
                      reasons=[*published().reasons, "scorer: ours judged_compliance, theirs prefix proxy"]),
            published(id="bound", source="Sheshadri et al. 2025, Figure 1", scorer="judged_compliance", cot=False,
                      printed="gap at most 1 points", bound="at_most", published=0.01, published_low=0.0,
                      published_high=0.03, published_n=200, ours=0.008, ours_low=-0.012, ours_high=0.029,
                      difference=-0.002, difference_low=-0.04, difference_high=0.03, verdict="consistent", reasons=[]),
            published(id="af-free", source="Hughes et al. 2025, summary", model=opus, published_model="Claude 3 Opus",
                      tier="free", quantity="alignment_faking", scorer="alignment_faking", metric="af_of_all",
                      printed="alignment faking 11.9 %", published=0.119, published_low=0.08, published_high=0.17,
                      published_n=200, ours=0.051, ours_low=0.03, ours_high=0.08, ours_n=392, difference=-0.068,
                      difference_low=-0.12, difference_high=-0.02, verdict="not consistent", reasons=[]),
            published(id="dead", model=dead, published_model="GPT-4o mini", scorer="judged_compliance",
                      published_n=None, published_low=None, published_high=None, ours=None, ours_low=None,
                      ours_high=None, ours_n=0, difference=None, difference_low=None, difference_high=None,
                      verdict="no data", reasons=[], assumptions=[]),
        ],
        "power": [
            Power(n=n, paid=0.04, correlation=0.0, gap=size, power=min(0.999, 0.05 + (n * size**2 / 1.8)))
            for size in (0.03, 0.05, 0.1)
            for n in (50, 100, 200, 400, 800)
        ],
        "warnings": ["Two logs hold the same cell; the newest is used."],
        "methods": {"interval of a gap": "Bonett and Price (2012), adjusted Wald for paired proportions"},
    }  # fmt: skip
    return Report(**fields | changes)


def varied(**changes: Any) -> Report:
    """A report of variations, a family of two and added facts, with changes."""
    fields: dict[str, Any] = {
        "gaps": [
            gap(variation="cut_ex", gap=0.27, ci_low=0.22, ci_high=0.32, tests=6),
            gap(tests=6),
            gap(variation="paraphrase_2", family="paraphrase", gap=0.02, ci_low=-0.01, ci_high=0.05, tests=6,
                verdict="no gap beyond ±0.05", verdict_kind="no_gap"),
            gap(variation="paraphrase_1", family="paraphrase", gap=0.11, ci_low=0.07, ci_high=0.15, tests=6),
            gap(facts="audits", gap=0.05, ci_low=0.01, ci_high=0.09, tests=6, more_queries=90, p_adjusted=0.09,
                verdict="inconclusive, about 90 more queries", verdict_kind="inconclusive"),
            gap(cot=False, tests=6),
        ],
        "faking": [faking(), faking(variation="cut_ex", rate=0.202)],
        "against_base": [
            against_base(),
            against_base(variation="base", facts="audits", gap=0.05, difference=-0.09, ci_low=-0.13, ci_high=-0.05,
                         p_value=4e-5, published=[], also_differs=["sampling"]),
        ],
        "families": [family_gap()],
        "published": [published(scorer="judged_compliance"),
                      published(scorer="judged_compliance", variation="cut_ex", published=0.324)],
        **{key: [] for key in ("outcomes", "agreement", "scorers", "cot", "silent", "heterogeneity", "controls")},
    }  # fmt: skip
    return report(**fields | changes)


def empty() -> Report:
    """A report of nothing."""
    return Report(
        title="Nothing",
        made="2025-11-03T10:00:00Z",
        suite_version="0.1.0",
        logs=[],
        n_replies=0,
        instrument_check=InstrumentCheck(when=None, figures=None, differ=None, note=""),
    )
