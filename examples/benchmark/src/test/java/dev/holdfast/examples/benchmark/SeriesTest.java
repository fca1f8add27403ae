package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.benchmark.Series.Spread;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static Series series(double... rates) {
    Series series = new Series();
    for (double rate : rates) {
      series.add(Sample.EMPTY.with(Figure.RATE, rate));
    }
    return series;
  }

  @Test
  void the_median_of_an_odd_number_of_runs_is_the_middle_one() {
    assertThat(series(5, 1, 3).of(Figure.RATE))
        .contains(new Spread(3, 1, 5, List.of(5.0, 1.0, 3.0)));
  }

  @Test
  void the_median_of_an_even_number_of_runs_is_between_the_middle_ones() {
    assertThat(series(8, 1, 2, 4).of(Figure.RATE))
        .contains(new Spread(3, 1, 8, List.of(8.0, 1.0, 2.0, 4.0)));
  }

  @Test
  void a_figure_that_no_run_has_is_empty() {
    assertThat(series(1, 2).of(Figure.P99)).isEmpty();
  }
}
