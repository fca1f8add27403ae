package dev.holdfast.examples.benchmark;

/**
 * One row of a scenario: something that is run again and again.
 *
 * @param name what the report calls it
 * @param role what it is compared with, or for
 * @param jobs jobs of a run; 0: as many as take about the time that the scale gives a run
 * @param measurement how a run is done
 */
record Row(String name, Role role, int jobs, Measurement measurement) {
  /** A run of anything. */
  @FunctionalInterface
  interface Measurement {
    /**
     * Runs it once, from nothing to nothing: what it started has ended when it returns.
     *
     * @throws BrokenDeliveryException if a job was lost or handled twice
     */
    Sample run(int jobs) throws Exception;
  }

  static Row holdfast(String name, Measurement measurement) {
    return new Row(name, Role.HOLDFAST, 0, measurement);
  }

  static Row holdfast(String name, int jobs, Measurement measurement) {
    return new Row(name, Role.HOLDFAST, jobs, measurement);
  }
}
