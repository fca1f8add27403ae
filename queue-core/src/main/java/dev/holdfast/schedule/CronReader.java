package dev.holdfast.schedule;

import com.cronutils.model.Cron;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.field.expression.And;
import com.cronutils.model.field.expression.Between;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.field.expression.On;
import com.cronutils.model.field.expression.QuestionMark;
import com.cronutils.model.field.value.FieldValue;
import com.cronutils.model.field.value.SpecialChar;
import com.cronutils.parser.CronParser;
import dev.holdfast.job.Naming;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads cron expressions: cron-utils parses, this gives what it found as bits. Only here is
 * anything of cron-utils imported. Its own next-execution search is not used: it searches in zoned
 * time, with rules of its own for the changes of clocks.
 */
final class CronReader {
  private static final int MOST_LENGTH = 256;
  private static final int SUNDAY = 7;
  private static final Map<String, String> NICKNAMES =
      Map.of(
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *",
          "@monthly", "0 0 1 * *",
          "@weekly", "0 0 * * 0",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@hourly", "0 * * * *");
  private static final CronDefinition FIVE = definition(false);
  private static final CronDefinition SIX = definition(true);

  private CronReader() {}

  private static CronDefinition definition(boolean withSeconds) {
    CronDefinitionBuilder builder = CronDefinitionBuilder.defineCron();
    if (withSeconds) {
      builder = builder.withSeconds().and();
    }
    return builder
        .withMinutes()
        .and()
        .withHours()
        .and()
        .withDayOfMonth()
        .supportsL()
        .supportsQuestionMark()
        .and()
        .withMonth()
        .and()
        .withDayOfWeek()
        .withValidRange(0, SUNDAY)
        .withMondayDoWValue(1)
        .withIntMapping(SUNDAY, 0)
        .supportsHash()
        .supportsL()
        .supportsQuestionMark()
        .and()
        .instance();
  }

  /**
   * Reads an expression.
   *
   * @throws InvalidScheduleException if it is none; the message says why
   */
  static CronTimes read(String expression) {
    if (expression.isBlank() || expression.length() > MOST_LENGTH) {
      throw refused(expression, "it must have 1 to " + MOST_LENGTH + " characters", null);
    }
    String plain = expression.toUpperCase(Locale.ROOT);
    if (expression.startsWith("@")) {
      plain = NICKNAMES.get(expression.toLowerCase(Locale.ROOT));
      if (plain == null) {
        throw refused(
            expression,
            "of names there are " + NICKNAMES.keySet().stream().sorted().toList(),
            null);
      }
    }
    int fields = plain.split("\\s+", -1).length;
    if (fields != 5 && fields != 6) {
      throw refused(
          expression, "it has " + fields + " fields; it must have 5, or 6 with seconds", null);
    }
    try {
      // A parser is not said to be safe for use by several threads, and costs little.
      Cron cron = new CronParser(fields == 6 ? SIX : FIVE).parse(plain);
      return new Reading(expression, cron).read(fields == 6);
    } catch (IllegalArgumentException e) {
      throw refused(expression, String.valueOf(e.getMessage()), e);
    }
  }

  private static InvalidScheduleException refused(
      String expression, String why, @Nullable Throwable cause) {
    return new InvalidScheduleException(
        "cron expression " + Naming.quote(expression) + " cannot be used: " + why, cause);
  }

  /** One expression being read. */
  private record Reading(String expression, Cron cron) {
    CronTimes read(boolean withSeconds) {
      FieldExpression second = withSeconds ? field(CronFieldName.SECOND) : null;
      FieldExpression minute = field(CronFieldName.MINUTE);
      FieldExpression hour = field(CronFieldName.HOUR);
      return new CronTimes(
          second == null ? 1 : bits("second", second, 0, 59),
          bits("minute", minute, 0, 59),
          (int) bits("hour", hour, 0, 23),
          (int) bits("month", field(CronFieldName.MONTH), 1, 12),
          days(field(CronFieldName.DAY_OF_MONTH), field(CronFieldName.DAY_OF_WEEK)),
          (second != null && runs(second)) || runs(minute) || runs(hour));
    }

    private FieldExpression field(CronFieldName name) {
      return cron.retrieve(name).getExpression();
    }

    private static boolean runs(FieldExpression field) {
      return parts(field).stream()
          .anyMatch(part -> part instanceof Always || part instanceof Every);
    }

    private static List<FieldExpression> parts(FieldExpression field) {
      return field instanceof And list ? list.getExpressions() : List.of(field);
    }

    private static boolean isAny(FieldExpression field) {
      return field instanceof Always || field instanceof QuestionMark;
    }

    private CronDays days(FieldExpression month, FieldExpression week) {
      int ofMonth = 0;
      boolean last = false;
      for (FieldExpression part : parts(month)) {
        if (part instanceof On on && on.getSpecialChar().getValue() == SpecialChar.L) {
          if (on.getTime().getValue() > 0 || on.getNth().getValue() > 0) {
            throw refused(expression, "a day of the month may be L, and no more than that", null);
          }
          last = true;
        } else {
          ofMonth |= (int) bits("day of the month", part, 1, 31);
        }
      }
      long ofWeek = 0;
      int lastOfWeek = 0;
      long nthOfWeek = 0;
      for (FieldExpression part : parts(week)) {
        SpecialChar special = part instanceof On on ? on.getSpecialChar().getValue() : null;
        if (special == SpecialChar.L) {
          lastOfWeek |= 1 << weekday(((On) part).getTime().getValue());
        } else if (special == SpecialChar.HASH) {
          int nth = nth(((On) part).getNth().getValue());
          nthOfWeek |= 1L << (8 * nth + weekday(((On) part).getTime().getValue()));
        } else {
          ofWeek |= bits("day of the week", part, 0, SUNDAY);
        }
      }
      if ((ofWeek & 1) != 0) {
        ofWeek |= 1 << SUNDAY;
      }
      return new CronDays(
          isAny(month), ofMonth, last, isAny(week), (int) ofWeek, lastOfWeek, nthOfWeek);
    }

    private int weekday(int day) {
      if (day < 0 || day > SUNDAY) {
        throw refused(expression, "L and # need a day of the week before them, 0 to 7", null);
      }
      return day == 0 ? SUNDAY : day;
    }

    private int nth(int nth) {
      if (nth < 1 || nth > 5) {
        throw refused(expression, "a month has no " + nth + "th day of the week; 1 to 5", null);
      }
      return nth;
    }

    private long bits(String name, FieldExpression field, int least, int most) {
      long bits = 0;
      for (FieldExpression part : parts(field)) {
        bits |= part(name, part, least, most);
      }
      return bits;
    }

    private long part(String name, FieldExpression part, int least, int most) {
      if (isAny(part)) {
        return range(name, least, most, 1, least, most);
      } else if (part instanceof Every every) {
        int step = every.getPeriod().getValue();
        FieldExpression of = every.getExpression();
        if (of instanceof Between between) {
          return range(name, number(between.getFrom()), number(between.getTo()), step, least, most);
        } else if (of instanceof On on && on.getSpecialChar().getValue() == SpecialChar.NONE) {
          return range(name, on.getTime().getValue(), most, step, least, most);
        } else if (of instanceof Always) {
          return range(name, least, most, step, least, most);
        }
      } else if (part instanceof Between between) {
        return range(name, number(between.getFrom()), number(between.getTo()), 1, least, most);
      } else if (part instanceof On on && on.getSpecialChar().getValue() == SpecialChar.NONE) {
        int value = on.getTime().getValue();
        return range(name, value, value, 1, least, most);
      }
      throw refused(expression, "its " + name + " has the part " + part.asString(), null);
    }

    private int number(FieldValue<?> value) {
      if (value.getValue() instanceof Integer number) {
        return number;
      }
      throw refused(expression, "a range is from a number to a number", null);
    }

    private long range(String name, int from, int to, int step, int least, int most) {
      if (from < least || to > most || from > to) {
        throw refused(
            expression,
            "its "
                + name
                + " is "
                + from
                + "-"
                + to
                + "; it must rise, within "
                + least
                + "-"
                + most,
            null);
      }
      if (step < 1 || step > most) {
        throw refused(
            expression,
            "its " + name + " has the step " + step + "; it must be 1 to " + most,
            null);
      }
      long bits = 0;
      for (int value = from; value <= to; value += step) {
        bits |= 1L << value;
      }
      return bits;
    }
  }
}
