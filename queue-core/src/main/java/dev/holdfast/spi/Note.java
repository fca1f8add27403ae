package dev.holdfast.spi;

import org.jspecify.annotations.Nullable;

/**
 * What a running attempt leaves with its job; parts that are null are not written.
 *
 * @param progress the latest progress, encoded
 * @param logLines lines to add to the job's log, without line breaks inside, joined by line feeds
 * @param checkpoint the cursor, encoded
 */
public record Note(
    byte @Nullable [] progress, byte @Nullable [] logLines, byte @Nullable [] checkpoint) {}
