package dev.holdfast.examples.productsync;

import dev.holdfast.job.JobType;

/** The job of the hourly schedule: enqueue what it takes to copy all products. */
@JobType(value = "products.start-sync", queue = StartSync.QUEUE)
public record StartSync() {
  static final String QUEUE = "schedule";
}
