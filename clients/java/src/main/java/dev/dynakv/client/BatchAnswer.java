package dev.dynakv.client;

/**
 * The answer to one key of a batch of reads, as it came in.
 *
 * @param <F> what may become of a key
 * @param position the position of the key, from 0
 * @param found what became of it
 */
public record BatchAnswer<F>(int position, F found) {}
