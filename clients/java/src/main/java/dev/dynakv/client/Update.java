package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dynakv.v1.UpdateAction;
import dev.dynakv.v1.UpdateActions;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What an {@link DynaKvClient#updateItem updateItem} changes: places in the item, none twice.
 * Immutable.
 *
 * <pre>{@code
 * new Update().set("state", "paid").add("total", 5).append("log", List.of("paid")).remove("cart")
 * }</pre>
 *
 * <p>A place is a path such as {@code address.lines[0]}. A name that holds a dot, a bracket or a
 * quote is quoted, as in {@code "a.b".c}; within quotes a backslash escapes a quote or a backslash.
 * Names need no aliases: reserved words work.
 */
@CheckReturnValue
public final class Update {
  private final UpdateActions actions;
  private final Optional<String> expression;

  /** Without a change so far, which the server would refuse. */
  public Update() {
    this(UpdateActions.getDefaultInstance(), Optional.empty());
  }

  private Update(UpdateActions actions, Optional<String> expression) {
    this.actions = actions;
    this.expression = expression;
  }

  /**
   * By a DynamoDB update expression, such as {@code SET #total = #total + :more}, instead of what
   * the methods here add. Its aliases and placeholders are those of the call.
   */
  public static Update expression(String expression) {
    return new Update(UpdateActions.getDefaultInstance(), Optional.of(expression));
  }

  /** Puts a value there; what {@link Value#of} takes. */
  public Update set(String path, Object value) {
    return action(path, action -> action.setSet(WireValue.message(Value.of(value))));
  }

  /** Puts a value there unless there is one. */
  public Update setIfAbsent(String path, Object value) {
    return action(path, action -> action.setSetIfAbsent(WireValue.message(Value.of(value))));
  }

  /** Adds to the number there; an absent one counts as 0. */
  public Update add(String path, Number number) {
    return action(path, action -> action.setAdd(Conversion.decimal(number).toString()));
  }

  /** Adds values to the end of the list there; an absent one counts as empty. */
  public Update append(String path, List<?> values) {
    return action(path, action -> action.setAppend(WireValue.list(Conversion.list(values))));
  }

  /** Adds values to the beginning of the list there; an absent one counts as empty. */
  public Update prepend(String path, List<?> values) {
    return action(path, action -> action.setPrepend(WireValue.list(Conversion.list(values))));
  }

  /** Takes away what is there. */
  public Update remove(String path) {
    return action(path, action -> action.setRemove(UpdateAction.Remove.getDefaultInstance()));
  }

  /** Adds the members of a set to the set there; an absent one counts as empty. */
  public Update addToSet(String path, Object members) {
    return action(path, action -> action.setAddToSet(WireValue.message(Value.of(members))));
  }

  /** Takes the members of a set out of the set there. */
  public Update removeFromSet(String path, Object members) {
    return action(path, action -> action.setRemoveFromSet(WireValue.message(Value.of(members))));
  }

  UpdateActions actions() {
    return actions;
  }

  Optional<String> expression() {
    return expression;
  }

  private Update action(String path, UnaryOperator<UpdateAction.Builder> kind) {
    if (expression.isPresent()) {
      throw new IllegalStateException("an update is an expression or made of actions, not both");
    }
    UpdateAction.Builder action = kind.apply(UpdateAction.newBuilder().setPath(Wire.text(path)));
    return new Update(actions.toBuilder().addActions(action).build(), Optional.empty());
  }
}
