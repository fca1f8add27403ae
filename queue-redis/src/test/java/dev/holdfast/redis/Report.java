package dev.holdfast.redis;

import dev.holdfast.job.JobType;

/** {@link Work} of another job type. */
@JobType(value = "test.report", queue = "work")
public record Report(Work work) {}
