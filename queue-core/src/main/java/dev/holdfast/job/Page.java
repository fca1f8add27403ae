package dev.holdfast.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a longer list, with where the next part starts.
 *
 * <p>Go on until {@link #next()} is null: a page may hold fewer entries than asked for, or none,
 * and yet have a next one. The list may change while it is read: an entry can then appear twice or
 * not at all.
 *
 * @param items the entries of this page
 * @param next the cursor to ask for the next page with; null on the last page
 * @param <T> what is listed
 */
public record Page<T>(List<T> items, @Nullable String next) {
  /** Copies the list. */
  public Page {
    items = List.copyOf(items);
  }
}
