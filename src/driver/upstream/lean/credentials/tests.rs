use std::collections::VecDeque;
use std::error::Error;
use std::sync::atomic::AtomicUsize;
use std::time::UNIX_EPOCH;

use aws_credential_types::provider::future;
use aws_smithy_async::rt::sleep::Sleep;
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::*;

/// All times of the tests are milliseconds after [`start`]. The first credentials expire then.
const LIFETIME: u64 = 100_000;
/// When they are loaded anew.
const REFRESH: u64 = 90_000;
/// The least time between two loads.
const PAUSE: u64 = 2000;

fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_hours(500_000)
}

fn at(millis: u64) -> SystemTime {
    start() + Duration::from_millis(millis)
}

/// A provider whose loads a test answers in advance, and lets end.
#[derive(Debug)]
struct Fake {
    answers: Mutex<VecDeque<Answer>>,
    began: AtomicUsize,
    may_end: Semaphore,
    fallback: Option<Credentials>,
}

#[derive(Debug, Clone)]
enum Answer {
    Credentials(Credentials),
    Failure,
    Panic,
}

impl ProvideCredentials for Fake {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.began.fetch_add(1, Ordering::Relaxed);
            self.may_end.acquire().await.unwrap().forget();
            let answer = self.answers.lock().unwrap().pop_front().unwrap();
            match answer {
                Answer::Credentials(credentials) => Ok(credentials),
                Answer::Failure => Err(CredentialsError::not_loaded("the cause")),
                Answer::Panic => panic!("a provider that panics"),
            }
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.fallback.clone()
    }
}

/// A sleep that a test ends.
#[derive(Debug, Default, Clone)]
struct Timer(Arc<Mutex<Vec<Duration>>>, Arc<tokio::sync::Notify>);

impl AsyncSleep for Timer {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.lock().unwrap().push(duration);
        let end = Arc::clone(&self.1);
        Sleep::new(async move { end.notified().await })
    }
}

#[derive(Debug)]
struct Fraction(f64);

impl Random for Fraction {
    fn fraction(&self) -> f64 {
        self.0
    }
}

struct Test {
    provider: Arc<Fake>,
    timer: Timer,
    cache: CredentialsCache,
}

impl Test {
    fn with(answers: impl IntoIterator<Item = Answer>, fraction: f64, fallback: Option<Credentials>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect());
        let may_end = Semaphore::new(Semaphore::MAX_PERMITS);
        let provider = Arc::new(Fake { answers, began: AtomicUsize::new(0), may_end, fallback });
        let shared = SharedCredentialsProvider::from(Arc::clone(&provider) as Arc<dyn ProvideCredentials>);
        let timer = Timer::default();
        let sleep = SharedAsyncSleep::new(timer.clone());
        let cache = CredentialsCache::new(shared, sleep, Arc::new(Fraction(fraction)));
        Self { provider, timer, cache }
    }

    fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::with(answers, 0.0, None)
    }

    /// The loads do not end before [`Test::let_end`].
    fn holding(answers: impl IntoIterator<Item = Answer>) -> Self {
        let test = Self::new(answers);
        test.provider.may_end.forget_permits(Semaphore::MAX_PERMITS);
        test
    }

    fn let_end(&self) {
        self.provider.may_end.add_permits(1);
    }

    /// How many loads have begun.
    fn loads(&self) -> usize {
        self.provider.began.load(Ordering::Relaxed)
    }

    /// The id of the credentials.
    async fn get(&self, millis: u64) -> Result<String, CredentialsError> {
        let credentials = self.cache.get(at(millis)).await?;
        // What runs in the background comes to its end.
        settle().await;
        Ok(credentials.access_key_id().to_owned())
    }
}

/// Lets all other tasks run. None of them waits for a clock.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

fn credentials(id: &str, expires: Option<u64>) -> Credentials {
    Credentials::new(id, "secret", None, expires.map(at), "fake")
}

fn first() -> Answer {
    Answer::Credentials(credentials("first", Some(LIFETIME)))
}

fn second() -> Answer {
    Answer::Credentials(credentials("second", Some(2 * LIFETIME)))
}

fn all_texts(error: &CredentialsError) -> String {
    let mut texts = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        texts = format!("{texts}: {error}");
        next = error.source();
    }
    texts
}

#[tokio::test]
async fn credentials_are_kept_until_shortly_before_they_expire() {
    for (fraction, refresh) in [(0.0, REFRESH), (0.5, 92_500), (0.999, 94_995)] {
        let test = Test::with([first(), second()], fraction, None);
        for after in [0, 1000, refresh - 1] {
            assert_eq!(test.get(after).await.unwrap(), "first");
        }
        assert_eq!(test.loads(), 1);
        // No call waits while the old ones are valid.
        assert_eq!(test.get(refresh).await.unwrap(), "first");
        assert_eq!(test.loads(), 2);
        assert_eq!(test.get(refresh).await.unwrap(), "second");
        assert_eq!(test.get(LIFETIME + 1000).await.unwrap(), "second");
        assert_eq!(test.loads(), 2);
    }
}

#[tokio::test]
async fn credentials_without_expiry_are_kept_for_a_quarter_of_an_hour() {
    let answers = ["first", "second"].map(|id| Answer::Credentials(credentials(id, None)));
    let test = Test::new(answers);
    let refresh = 15 * 60 * 1000 - 10_000;
    assert_eq!(test.get(0).await.unwrap(), "first");
    assert_eq!(test.get(refresh - 1).await.unwrap(), "first");
    assert_eq!(test.loads(), 1);
    assert_eq!(test.get(refresh).await.unwrap(), "first");
    assert_eq!(test.get(refresh).await.unwrap(), "second");
}

#[tokio::test]
async fn expired_credentials_are_not_used() {
    let test = Test::new([first(), second()]);
    assert_eq!(test.get(0).await.unwrap(), "first");
    assert_eq!(test.get(LIFETIME).await.unwrap(), "second");
}

#[tokio::test]
async fn many_callers_share_a_load() {
    let test = Test::holding([first()]);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let cache = test.cache.clone();
            tokio::spawn(async move { cache.get(start()).await })
        })
        .collect();
    settle().await;
    assert_eq!(test.loads(), 1);
    assert!(calls.iter().all(|call| !call.is_finished()));
    test.let_end();
    for call in join_all(calls).await {
        assert_eq!(call.unwrap().unwrap().access_key_id(), "first");
    }
    assert_eq!(test.loads(), 1);
}

#[tokio::test]
async fn many_callers_share_a_failure() {
    let test = Test::holding([Answer::Failure]);
    test.let_end();
    let calls = (0..50).map(|_| test.cache.get(start()));
    for call in join_all(calls).await {
        let texts = all_texts(&call.unwrap_err());
        assert_eq!(
            texts,
            "an error occurred while loading credentials: the credential provider was not enabled: the cause"
        );
    }
    assert_eq!(test.loads(), 1);
}

#[tokio::test]
async fn a_failed_load_is_repeated_after_a_pause() {
    let test = Test::new([Answer::Failure, Answer::Failure, first()]);
    for after in [0, 1, PAUSE - 1] {
        let error = test.get(after).await.unwrap_err();
        assert!(all_texts(&error).ends_with("the cause"), "{error:?}");
        assert_eq!(test.loads(), 1);
    }
    // Once the clock is set back, the pause is over.
    assert!(test.cache.get(start() - Duration::from_secs(1)).await.is_err());
    assert_eq!(test.loads(), 2);
    assert_eq!(test.get(PAUSE).await.unwrap(), "first");
}

#[tokio::test]
async fn valid_credentials_outlast_a_failed_refresh() {
    let test = Test::new([first(), Answer::Failure, Answer::Failure, second()]);
    assert_eq!(test.get(0).await.unwrap(), "first");
    for (after, loads) in [(REFRESH, 2), (REFRESH + PAUSE - 1, 2), (REFRESH + PAUSE, 3)] {
        assert_eq!(test.get(after).await.unwrap(), "first");
        assert_eq!(test.loads(), loads);
    }
    assert_eq!(test.get(REFRESH + 2 * PAUSE).await.unwrap(), "first");
    assert_eq!(test.get(REFRESH + 2 * PAUSE).await.unwrap(), "second");
}

#[tokio::test]
async fn expired_credentials_do_not_hide_a_failed_refresh() {
    let test = Test::new([first(), Answer::Failure, second()]);
    assert_eq!(test.get(0).await.unwrap(), "first");
    assert_eq!(test.get(LIFETIME - 1).await.unwrap(), "first");
    assert!(test.get(LIFETIME).await.is_err());
    assert_eq!(test.loads(), 2);
    assert_eq!(test.get(LIFETIME + PAUSE).await.unwrap(), "second");
}

#[tokio::test]
async fn a_refresh_delays_no_call() {
    let test = Test::holding([first(), second()]);
    test.let_end();
    assert_eq!(test.get(0).await.unwrap(), "first");
    for _ in 0..50 {
        assert_eq!(test.get(REFRESH).await.unwrap(), "first");
    }
    assert_eq!(test.loads(), 2);
    // Once they have expired, a call waits for the load that runs.
    let cache = test.cache.clone();
    let waiting = tokio::spawn(async move { cache.get(at(LIFETIME)).await });
    settle().await;
    assert!(!waiting.is_finished());
    test.let_end();
    assert_eq!(waiting.await.unwrap().unwrap().access_key_id(), "second");
    assert_eq!(test.loads(), 2);
}

#[tokio::test]
async fn a_caller_that_leaves_ends_no_load() {
    let test = Test::holding([first()]);
    let mut leaves = Box::pin(test.cache.get(start()));
    assert!(leaves.as_mut().now_or_never().is_none());
    let cache = test.cache.clone();
    let stays = tokio::spawn(async move { cache.get(start()).await });
    settle().await;
    drop(leaves);
    test.let_end();
    assert_eq!(stays.await.unwrap().unwrap().access_key_id(), "first");
    assert_eq!(test.loads(), 1);
}

#[tokio::test]
async fn a_load_ends_though_all_callers_have_left() {
    let test = Test::holding([first()]);
    assert!(test.cache.get(start()).now_or_never().is_none());
    settle().await;
    test.let_end();
    settle().await;
    assert_eq!(test.cache.get(start()).now_or_never().unwrap().unwrap().access_key_id(), "first");
    assert_eq!(test.loads(), 1);
}

#[tokio::test]
async fn a_load_has_a_timeout() {
    for (fallback, expected) in [(None, None), (Some(credentials("fallback", None)), Some("fallback".to_owned()))] {
        let test = Test::with([], 0.0, fallback);
        test.provider.may_end.forget_permits(Semaphore::MAX_PERMITS);
        let cache = test.cache.clone();
        let call = tokio::spawn(async move { cache.get(start()).await });
        settle().await;
        assert!(!call.is_finished());
        assert_eq!(*test.timer.0.lock().unwrap(), [LOAD_TIMEOUT]);
        test.timer.1.notify_one();
        let outcome = call.await.unwrap();
        assert_eq!(outcome.ok().map(|credentials| credentials.access_key_id().to_owned()), expected);
    }
}

#[tokio::test]
async fn refused_credentials_are_loaded_anew() {
    let test = Test::holding([first(), second()]);
    test.let_end();
    let refused = test.cache.get(start()).await.unwrap();
    test.cache.forget(&credentials("others", None));
    assert_eq!(test.get(PAUSE).await.unwrap(), "first");
    test.cache.forget(&refused);
    // They have just been loaded.
    assert_eq!(test.get(PAUSE - 1).await.unwrap(), "first");
    assert_eq!(test.loads(), 1);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let cache = test.cache.clone();
            tokio::spawn(async move { cache.get(at(PAUSE)).await })
        })
        .collect();
    settle().await;
    assert!(calls.iter().all(|call| !call.is_finished()), "they wait for the new credentials");
    test.let_end();
    for call in join_all(calls).await {
        assert_eq!(call.unwrap().unwrap().access_key_id(), "second");
    }
    // A late refusal of the old ones.
    test.cache.forget(&refused);
    assert_eq!(test.get(2 * PAUSE).await.unwrap(), "second");
    assert_eq!(test.loads(), 2);
}

/// A provider that has only these credentials is asked at most once in each pause.
#[tokio::test]
async fn credentials_that_are_refused_again_and_again_are_seldom_loaded() {
    let test = Test::new(std::iter::repeat_n(first(), 4));
    let mut refused = test.cache.get(start()).await.unwrap();
    for millis in 0..7000 {
        test.cache.forget(&refused);
        refused = test.cache.get(at(millis)).await.unwrap();
    }
    assert_eq!(test.loads(), 4);
}

#[tokio::test]
async fn refused_credentials_are_used_if_there_are_no_others() {
    let test = Test::new([first(), Answer::Failure, second()]);
    let refused = test.cache.get(start()).await.unwrap();
    test.cache.forget(&refused);
    assert_eq!(test.get(PAUSE).await.unwrap(), "first");
    assert_eq!(test.loads(), 2);
    assert_eq!(test.get(2 * PAUSE).await.unwrap(), "second");
}

#[tokio::test]
async fn a_provider_that_panics_fails_one_load() {
    let test = Test::new([Answer::Panic, first()]);
    assert!(test.get(0).await.is_err());
    assert_eq!(test.get(0).await.unwrap(), "first");
}

#[test]
fn without_a_runtime_there_is_an_error() {
    let test = Test::new([first()]);
    assert!(test.cache.get(start()).now_or_never().unwrap().is_err());
}

#[tokio::test]
async fn credentials_are_not_shown() {
    let test = Test::new([first()]);
    assert_eq!(test.get(0).await.unwrap(), "first");
    let shown = format!("{:?}", test.cache);
    assert!(!shown.contains("secret") && !shown.contains("first"), "{shown}");
}
