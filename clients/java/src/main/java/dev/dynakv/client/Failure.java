package dev.dynakv.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A call, or a part of one, that ended with a gRPC status other than OK, and what the status says
 * in detail.
 */
public final class Failure {
  static final Metadata.Key<com.google.rpc.Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  private final Status status;
  private final Optional<ErrorInfo> info;
  private final List<FieldViolation> fields;
  private final Optional<Duration> retryDelay;

  private Failure(
      Status status,
      Optional<ErrorInfo> info,
      List<FieldViolation> fields,
      Optional<Duration> retryDelay) {
    this.status = status;
    this.info = info;
    this.fields = fields;
    this.retryDelay = retryDelay;
  }

  static Failure of(Status status, com.google.rpc.Status details) {
    return new Failure(
        status,
        detail(details, ErrorInfo.class).filter(info -> info.getDomain().equals("dynakv")),
        detail(details, BadRequest.class).stream()
            .flatMap(bad -> bad.getFieldViolationsList().stream())
            .map(bad -> new FieldViolation(bad.getField(), bad.getDescription()))
            .toList(),
        detail(details, RetryInfo.class)
            .filter(RetryInfo::hasRetryDelay)
            .map(retry -> Wire.duration(retry.getRetryDelay())));
  }

  /** The failure of a call. */
  static Failure of(Status status, Metadata trailers) {
    return of(status, details(trailers));
  }

  private static com.google.rpc.Status details(Metadata trailers) {
    com.google.rpc.Status details = null;
    try {
      details = trailers == null ? null : trailers.get(DETAILS);
    } catch (IllegalArgumentException madeBySomethingElse) {
      // Then they say nothing, and a write is one of unknown outcome.
    }
    return details == null ? com.google.rpc.Status.getDefaultInstance() : details;
  }

  /** The failure of a part of an answer, as if it were that of a call of its own. */
  static Failure of(com.google.rpc.Status part) {
    Status status = Status.fromCodeValue(part.getCode()).withDescription(part.getMessage());
    return of(status, part);
  }

  /** The gRPC code. */
  public Status.Code code() {
    return status.getCode();
  }

  /** What the server, or whoever made the status, says for people to read. */
  public String message() {
    return Optional.ofNullable(status.getDescription()).orElse("");
  }

  /**
   * DynaKV's reason. Empty if DynaKV did not make this status, or if the reason is newer than this
   * client.
   */
  public Optional<Reason> reason() {
    return reasonName().flatMap(Reason::of);
  }

  /**
   * DynaKV's reason as it is on the wire, such as {@code THROTTLED}. Empty if DynaKV did not make
   * this status.
   */
  public Optional<String> reasonName() {
    return info.map(ErrorInfo::getReason);
  }

  /**
   * DynaKV's metadata, such as {@code limit} or {@code aws_request_id}; {@code errors.proto} lists
   * them.
   */
  public Map<String, String> metadata() {
    return info.map(ErrorInfo::getMetadataMap).orElse(Map.of());
  }

  /** The fields of the request that are wrong. */
  public List<FieldViolation> fields() {
    return fields;
  }

  /** How long to wait before the call is worth another attempt. */
  public Optional<Duration> retryDelay() {
    return retryDelay;
  }

  /** The status as it came. */
  public Status status() {
    return status;
  }

  /** Whether the server gave its word that nothing was written. */
  boolean changedNothing() {
    return "NOT_APPLIED".equals(metadata().get("outcome"));
  }

  /** The same, with other names for the fields. */
  Failure withFields(UnaryOperator<String> rename) {
    Status renamed = status;
    for (FieldViolation violation : fields) {
      String description = renamed.getDescription();
      if (description != null) {
        String field = rename.apply(violation.field());
        renamed = renamed.withDescription(description.replace(violation.field(), field));
      }
    }
    List<FieldViolation> moved =
        fields.stream()
            .map(bad -> new FieldViolation(rename.apply(bad.field()), bad.description()))
            .toList();
    return new Failure(renamed, info, moved, retryDelay);
  }

  /** What happened, in a sentence: the message, the reason or code, and the fields. */
  @Override
  public String toString() {
    String name = reasonName().orElse(code().name());
    String said =
        Stream.of(message(), cause())
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining(": "));
    String what = said.isEmpty() ? name : said + " (" + name + ")";
    // The message of a refusal often says already what is wrong with the only field.
    return Stream.concat(
            Stream.of(what),
            fields.stream()
                .filter(bad -> !message().contains(bad.description()))
                .map(bad -> bad.field() + ": " + bad.description()))
        .collect(Collectors.joining("; "));
  }

  /**
   * What broke below gRPC, where the message does not say so already: gRPC's own is often "io
   * exception".
   */
  private String cause() {
    Throwable cause = status.getCause();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String text = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
    return message().contains(text) ? "" : text;
  }

  private static <M extends Message> Optional<M> detail(
      com.google.rpc.Status status, Class<M> type) {
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        try {
          return Optional.of(any.unpack(type));
        } catch (InvalidProtocolBufferException unreadable) {
          // Then it says nothing, and a write is one of unknown outcome.
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
