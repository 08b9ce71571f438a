//! Every metric and its name, in one place; `/metrics` shows them in Prometheus' text format.

use prometheus::core::Collector;
use prometheus::{
    Counter, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::sync::OnceLock;

/// All metrics of this process.
pub struct Metrics {
    registry: Registry,
    /// Open sessions.
    pub sessions: IntGauge,
    /// Connected listeners.
    pub listeners: IntGauge,
    /// Connections and sessions refused, by reason.
    pub refused: IntCounterVec,
    /// Seconds of speech given to the recogniser.
    pub audio_seconds: Counter,
    /// Seconds inside ONNX Runtime.
    pub model_seconds: Counter,
    /// Decoder passes, by model (`mt`; `asr` where the recogniser has such a decoder): with [`updates`](Self::updates), what an update costs.
    pub decoder_steps: IntCounterVec,
    /// Texts decoded, by the same models.
    pub updates: IntCounterVec,
    /// Captions published, by kind (`source`, `translation`) and finality.
    pub captions: IntCounterVec,
    /// Seconds from the end of the last word to the caption, by kind; live sessions only.
    pub lag: HistogramVec,
    /// Seconds a stage worked on one batch.
    pub stage_seconds: HistogramVec,
    /// Items that wait in a link.
    pub link_depth: IntGaugeVec,
    /// Items a full link gave up by policy.
    pub link_dropped: IntCounterVec,
    /// Audio lost, by reason, in seconds.
    pub gap_seconds: HistogramVec,
    /// Utterances in which no words were heard, by reason ([`Doubt`](crate::asr::gate::Doubt)): `silent` if the recogniser wrote none.
    pub nothing_heard: IntCounterVec,
    /// Words that the gate kept back, by reason: `loop`, or the utterance's ([`Doubt`](crate::asr::gate::Doubt)).
    pub words_held: IntCounterVec,
    /// The governor's step: 0 full effort, 4 no new sessions.
    pub governor_step: IntGauge,
    /// Steps of the governor, by direction (`down`: less effort).
    pub governor_steps: IntCounterVec,
    /// Differences in meaning that the guards found, by kind (the flags of captions).
    pub guard_findings: IntCounterVec,
    /// Units translated again by clauses, by outcome: `mended`, `better`, `kept` (the first translation was no worse),
    /// `failed`.
    pub guard_retries: IntCounterVec,
    /// Terms of the glossary in final translations, by outcome: `honoured`, `missed`.
    pub glossary_terms: IntCounterVec,
    /// Times that a changed glossary was looked at, by outcome: `read`, `refused` (something is wrong with it).
    pub glossary_reloads: IntCounterVec,
    /// Seconds that the oldest live work of a link has waited.
    pub waiting_age: GaugeVec,
    /// Translations of unfinished text that weren't made, by reason: `unheard` (nobody in the room reads the language),
    /// `behind` (the governor spares them).
    pub drafts_skipped: IntCounterVec,
}

/// The metrics.
pub fn get() -> &'static Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "names are constants; a wrong one fails every test")]
        Metrics::new().expect("metric names are valid and distinct")
    })
}

impl Metrics {
    fn new() -> prometheus::Result<Self> {
        let registry = Registry::new_custom(Some("sottovoce".into()), None)?;
        let lag_buckets = vec![0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0];
        let fine_buckets = vec![1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0];
        let histogram = |name: &str, help: &str, buckets: Vec<f64>| HistogramOpts::new(name, help).buckets(buckets);
        let metrics = Self {
            sessions: IntGauge::new("sessions_active", "Open sessions (speakers)")?,
            listeners: IntGauge::new("listeners_active", "Connected listeners")?,
            refused: IntCounterVec::new(Opts::new("refused_total", "Connections and sessions refused"), &["reason"])?,
            audio_seconds: Counter::new("audio_processed_seconds_total", "Seconds of speech recognised")?,
            model_seconds: Counter::new("model_seconds_total", "Seconds spent running models")?,
            decoder_steps: IntCounterVec::new(Opts::new("decoder_steps_total", "Decoder passes"), &["model"])?,
            updates: IntCounterVec::new(Opts::new("updates_total", "Texts or utterances decoded"), &["model"])?,
            captions: IntCounterVec::new(Opts::new("captions_total", "Captions published"), &["kind", "final"])?,
            lag: HistogramVec::new(
                histogram(
                    "latency_seconds",
                    "From the end of the last word to its caption (live sessions)",
                    lag_buckets,
                ),
                &["kind"],
            )?,
            stage_seconds: HistogramVec::new(
                histogram("step_duration_seconds", "Work of a stage on one batch", fine_buckets.clone()),
                &["stage"],
            )?,
            link_depth: IntGaugeVec::new(Opts::new("link_depth", "Items waiting in a link"), &["link"])?,
            link_dropped: IntCounterVec::new(Opts::new("link_dropped_total", "Items given up by policy"), &["link"])?,
            gap_seconds: HistogramVec::new(histogram("gap_seconds", "Audio lost", fine_buckets), &["reason"])?,
            nothing_heard: IntCounterVec::new(
                Opts::new("nothing_heard_total", "Utterances in which no words were heard"),
                &["reason"],
            )?,
            words_held: IntCounterVec::new(
                Opts::new("words_held_total", "Words that nobody may have said"),
                &["reason"],
            )?,
            governor_step: IntGauge::new("governor_step", "0 full effort … 4 no new sessions")?,
            governor_steps: IntCounterVec::new(
                Opts::new("governor_steps_total", "Steps of the lag governor"),
                &["direction"],
            )?,
            guard_findings: IntCounterVec::new(
                Opts::new("guard_findings_total", "Differences in meaning between source and translation"),
                &["kind"],
            )?,
            guard_retries: IntCounterVec::new(
                Opts::new("guard_retries_total", "Units translated again clause by clause"),
                &["outcome"],
            )?,
            glossary_terms: IntCounterVec::new(
                Opts::new("glossary_terms_total", "Terms of the glossary in final translations"),
                &["outcome"],
            )?,
            glossary_reloads: IntCounterVec::new(
                Opts::new("glossary_reloads_total", "Times that a changed glossary was read"),
                &["outcome"],
            )?,
            waiting_age: GaugeVec::new(
                Opts::new("waiting_age_seconds", "Age of the oldest live work of a link"),
                &["link"],
            )?,
            drafts_skipped: IntCounterVec::new(
                Opts::new("drafts_skipped_total", "Translations of unfinished text that were spared"),
                &["reason"],
            )?,
            registry,
        };
        metrics.register()?;
        Ok(metrics)
    }

    fn register(&self) -> prometheus::Result<()> {
        let collectors: [Box<dyn prometheus::core::Collector>; 23] = [
            Box::new(self.sessions.clone()),
            Box::new(self.listeners.clone()),
            Box::new(self.refused.clone()),
            Box::new(self.audio_seconds.clone()),
            Box::new(self.model_seconds.clone()),
            Box::new(self.decoder_steps.clone()),
            Box::new(self.updates.clone()),
            Box::new(self.captions.clone()),
            Box::new(self.lag.clone()),
            Box::new(self.stage_seconds.clone()),
            Box::new(self.link_depth.clone()),
            Box::new(self.link_dropped.clone()),
            Box::new(self.gap_seconds.clone()),
            Box::new(self.nothing_heard.clone()),
            Box::new(self.words_held.clone()),
            Box::new(self.governor_step.clone()),
            Box::new(self.governor_steps.clone()),
            Box::new(self.guard_findings.clone()),
            Box::new(self.guard_retries.clone()),
            Box::new(self.glossary_terms.clone()),
            Box::new(self.glossary_reloads.clone()),
            Box::new(self.waiting_age.clone()),
            Box::new(self.drafts_skipped.clone()),
        ];
        collectors.into_iter().try_for_each(|c| self.registry.register(c))
    }

    /// Seconds that the oldest live work of any link waits.
    pub fn longest_waiting(&self) -> f64 {
        let families = self.waiting_age.collect();
        let ages = families.iter().flat_map(|family| family.get_metric()).map(|metric| metric.get_gauge().get_value());
        ages.fold(0.0, f64::max)
    }

    /// All values in Prometheus' text format.
    pub fn text(&self) -> String {
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}
