use super::condition::Condition;
use super::item_update;
use super::renderer::{Rendered, Renderer};
use super::update::Change;
use crate::driver::store::{Layout, Nonce};
use crate::model::{Invalid, ItemUpdate, Millis};

/// Renders the expressions of a write as of `now`.
///
/// # Errors
/// The update is longer than DynamoDB allows. This does not depend on `now`.
pub(crate) fn render(
    layout: &Layout,
    condition: Option<&Condition>,
    change: Option<&Change>,
    now: Millis,
) -> Result<Rendered, Invalid> {
    let mut renderer = Renderer::new(layout, now);
    let update = match change {
        None => None,
        Some(Change::Entry(update) | Change::Counter(update)) => Some(renderer.update(update)),
        Some(Change::Item(update, nonce)) => Some(item_update::render(&mut renderer, condition, update, *nonce)?),
    };
    Ok(renderer.finish(condition, update))
}

/// Renders a caller's update of an item.
pub(crate) fn render_item_update(
    layout: &Layout,
    condition: Option<&Condition>,
    (update, nonce): (&ItemUpdate, Nonce),
    now: Millis,
) -> Result<Rendered, Invalid> {
    let mut renderer = Renderer::new(layout, now);
    let update = item_update::render(&mut renderer, condition, update, nonce)?;
    Ok(renderer.finish(condition, Some(update)))
}

/// Renders only a condition.
pub(crate) fn render_condition(layout: &Layout, condition: Option<&Condition>, now: Millis) -> Rendered {
    Renderer::new(layout, now).finish(condition, None)
}
