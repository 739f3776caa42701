package dev.dynakv.client;

/**
 * A key attribute.
 *
 * @param name its name, 1 to 255 bytes
 * @param type its type
 */
public record KeyAttribute(String name, KeyType type) {
  /** A key that is a string. */
  public static KeyAttribute string(String name) {
    return new KeyAttribute(name, KeyType.S);
  }

  /** A key that is a number. */
  public static KeyAttribute number(String name) {
    return new KeyAttribute(name, KeyType.N);
  }

  /** A key that is binary. */
  public static KeyAttribute binary(String name) {
    return new KeyAttribute(name, KeyType.B);
  }
}
