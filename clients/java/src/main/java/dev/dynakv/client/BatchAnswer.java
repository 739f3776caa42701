package dev.dynakv.client;

/**
 * The answer to one key of a batch of reads, as it came in.
 *
 * @param position the position of the key, from 0
 * @param found what became of it
 */
public record BatchAnswer(int position, Found found) {}
