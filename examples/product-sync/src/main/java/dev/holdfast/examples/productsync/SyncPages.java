package dev.holdfast.examples.productsync;

import dev.holdfast.job.JobType;

/**
 * The job: copy some pages of the shop's products.
 *
 * @param first the first page
 * @param end the first page that is not meant any more
 */
@JobType(value = "products.sync-pages", queue = SyncPages.QUEUE)
public record SyncPages(int first, int end) {
  static final String QUEUE = "products";

  /** Pages a job: enough that a checkpoint is worth its while, few enough to spread the work. */
  static final int PAGES = 10;

  /** How many jobs so many pages are. */
  static int jobs(int pages) {
    return (pages + PAGES - 1) / PAGES;
  }
}
