use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use super::section::Section;
use super::setting::LogFormat;

/// The most detailed level for libraries. At more detailed levels they log keys, values and headers.
pub(crate) const LIBRARIES_LEVEL: LevelFilter = LevelFilter::INFO;

/// `[log]`: the log on standard error. It never contains keys, values or secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `log.level` (info): off, error, warn, info, debug or trace for DynaKV's own lines, with libraries at error; or a
    /// filter of the crate tracing-subscriber, such as `info,dynakv=debug`. Libraries never log below info.
    pub level: String,
    /// `log.format` (text): text or json.
    pub format: LogFormat,
    /// `log.caller_lines_per_second` (5): maximum number of lines for each caller and call site, with a burst of twice
    /// as many. Does not apply at debug and trace.
    pub caller_lines_per_second: u32,
    /// `log.lines_per_second` (100): the same for all callers together.
    pub lines_per_second: u32,
    /// `log.queue_bytes` (1 MiB): size of the queue of unwritten lines. When it is full, lines are dropped and counted.
    pub queue_bytes: u32,
}

impl Log {
    pub(super) fn read(section: &mut Section) -> Self {
        let origin = section.origin("level");
        let level: String = section.get("level", "info".into());
        if let Err(error) = EnvFilter::try_new(&level) {
            section.fault("level", origin, format!("must be a level or a filter: {error}"));
        } else if let Some(directive) = payload_directive(&level) {
            let problem = format!(
                "asks libraries for lines that show keys, values or tokens ({directive:?}); all but dynakv's own stay at \
                 {LIBRARIES_LEVEL}"
            );
            section.warn("level", origin, problem);
        }
        Self {
            level,
            format: section.get("format", LogFormat::Text),
            caller_lines_per_second: section.within("caller_lines_per_second", 5, 1..=10_000),
            lines_per_second: section.within("lines_per_second", 100, 1..=100_000),
            queue_bytes: section.within("queue_bytes", 1 << 20, 64 << 10..=64 << 20),
        }
    }
}

/// Whether a log target belongs to DynaKV.
pub(crate) fn is_own(target: &str) -> bool {
    target.strip_prefix("dynakv").is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The first directive of a filter that asks for more of a library than it may log. A bare level applies to our own
/// lines only.
fn payload_directive(filter: &str) -> Option<&str> {
    if filter.parse::<LevelFilter>().is_ok() {
        return None;
    }
    let asks_for_payload = |directive: &&str| {
        let (target, level) = match directive.rsplit_once('=').map(|(target, level)| (target, level.parse())) {
            Some((target, Ok(level))) => (target, level),
            // A level without a target applies to all targets; a target without a level enables all levels.
            Some((_, Err(_))) | None => match directive.parse() {
                Ok(level) => ("", level),
                Err(_) => (*directive, LevelFilter::TRACE),
            },
        };
        let target = target.split('[').next().unwrap_or_default();
        level > LIBRARIES_LEVEL && !is_own(target)
    };
    filter.split(',').map(str::trim).filter(|directive| !directive.is_empty()).find(asks_for_payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_asks_libraries_for_payload_is_found() {
        for (filter, directive) in [
            ("info,aws_smithy_runtime=trace", "aws_smithy_runtime=trace"),
            ("hyper", "hyper"),
            ("info,h2=5", "h2=5"),
            ("warn,DEBUG", "DEBUG"),
            ("info,dynakv_client=debug", "dynakv_client=debug"),
            ("info,[call{method}]=trace", "[call{method}]=trace"),
            ("info,aws_config[load]=debug,dynakv=trace", "aws_config[load]=debug"),
        ] {
            assert!(EnvFilter::try_new(filter).is_ok(), "{filter}");
            assert_eq!(payload_directive(filter), Some(directive), "{filter}");
        }
        for harmless in ["trace", "info", "info,dynakv=trace", "dynakv::server", "warn,hyper=info,aws_config=off"] {
            assert_eq!(payload_directive(harmless), None, "{harmless}");
        }
    }
}
