package dev.holdfast.redis;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/**
 * The arrows of this module: it knows jobs, locks and the engine seam, and nothing else of
 * Holdfast.
 */
class RedisArchitectureTest {
  private static final JavaClasses REDIS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.holdfast.redis");

  @Test
  void the_engine_knows_jobs_limits_locks_the_seam_and_lettuce_only() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.holdfast.redis..",
            "dev.holdfast.job..",
            "dev.holdfast.limit..",
            "dev.holdfast.lock..",
            "dev.holdfast.spi..",
            "io.lettuce..",
            "io.netty..",
            "java..",
            "org.slf4j..",
            "org.jspecify..")
        .check(REDIS);
  }

  @Test
  void nobody_reads_the_wall_clock_or_sleeps() {
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .check(REDIS);
  }

  @Test
  void users_see_the_engine_the_lock_their_options_and_what_finds_them_only() {
    classes()
        .that()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .should()
        .haveNameMatching(
            ".*\\.(RedisEngine|RedisOptions|RedisUri|RedisEngineProvider|RedisLock|package-info)")
        .check(REDIS);
  }
}
