package dev.dynakv.client.vectors;

import dev.dynakv.client.Call;
import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.DynaKvException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** Carries out vectors, each with a client of its own. */
final class Runner {
  /** How a call is sent and waited for. */
  interface Sender {
    <O> O send(Call<O, ?> call);

    /** Gives a call its options, where something else sends it. */
    default void prepare(Call<?, ?> call) {}
  }

  static final Sender BLOCKING =
      new Sender() {
        @Override
        public <O> O send(Call<O, ?> call) {
          return call.send();
        }
      };

  static final Sender FUTURES =
      new Sender() {
        @Override
        public <O> O send(Call<O, ?> call) {
          try {
            return call.sendAsync().join();
          } catch (CompletionException e) {
            throw (DynaKvException) e.getCause();
          }
        }
      };

  private final String address;
  private final Sender sender;

  Runner(String address, Sender sender) {
    this.address = address;
    this.sender = sender;
  }

  void run(Vector vector) {
    Map<String, Object> captured = new HashMap<>();
    try (DynaKvClient client = DynaKvClient.connect(address)) {
      for (int number = 0; number < vector.steps().size(); number++) {
        Vector.Step step = vector.steps().get(number);
        try {
          run(client, step, captured);
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(
              "%s, step %d (%s): %s".formatted(vector.name(), number, step.call(), e), e);
        }
      }
    }
  }

  private void run(DynaKvClient client, Vector.Step step, Map<String, Object> captured) {
    Args args = new Args(step.args(), captured);
    Sender withOptions = new WithOptions(step);
    boolean expectsError = step.error() != null;
    Object document;
    try {
      document = new Calls(client, withOptions, args).carryOut(step.call());
      if (expectsError) {
        throw new AssertionError("no error, but " + shortened(document));
      }
    } catch (DynaKvException e) {
      if (!expectsError) {
        throw e;
      }
      document = Results.error(e);
    }
    args.noneLeft();
    Object expected = expectsError ? step.error() : step.expect();
    if (!new Match(captured).matches(expected, document)) {
      throw new AssertionError(
          "expected " + shortened(expected) + ", but was " + shortened(document));
    }
    capture(step, document, captured);
  }

  private static void capture(Vector.Step step, Object document, Map<String, Object> captured) {
    step.capture()
        .forEach(
            (name, path) -> {
              Object part = document;
              for (String element : ((String) path).split("\\.", -1)) {
                part =
                    part instanceof List<?> list
                        ? list.get(Integer.parseInt(element))
                        : Doc.map(part).get(element);
              }
              captured.put(name, part);
            });
  }

  private static String shortened(Object document) {
    String text = String.valueOf(document);
    return text.length() > 500 ? text.substring(0, 500) + "…" : text;
  }

  /** Sends calls with what a step says of any call. */
  private final class WithOptions implements Sender {
    private final Vector.Step step;

    WithOptions(Vector.Step step) {
      this.step = step;
    }

    @Override
    public <O> O send(Call<O, ?> call) {
      prepare(call);
      return sender.send(call);
    }

    @Override
    public void prepare(Call<?, ?> call) {
      step.timeout().ifPresent(text -> call.timeout(Args.parse(text)));
      if (!step.fault().isEmpty()) {
        call.metadata("dynakv-test-fault", fault());
      }
    }

    private String fault() {
      String faults =
          step.fault().stream()
              .map(
                  fault ->
                      fault.entrySet().stream()
                          .map(entry -> entry.getKey() + "=" + entry.getValue())
                          .collect(Collectors.joining(";")))
              .collect(Collectors.joining("|"));
      return "id=" + UUID.randomUUID() + "|" + faults;
    }
  }
}
