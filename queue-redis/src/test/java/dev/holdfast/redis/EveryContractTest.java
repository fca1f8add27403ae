package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.holdfast.testkit.contract.EngineContract;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A contract that an engine does not run says nothing of it. */
class EveryContractTest {
  @Test
  void every_contract_is_run_by_the_redis_engine() {
    Set<String> contracts =
        new ClassFileImporter()
            .importPackages("dev.holdfast.testkit.contract").stream()
                .filter(found -> found.isAssignableTo(EngineContract.class))
                .filter(found -> found.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getSimpleName)
                .filter(name -> !name.equals("EngineContract"))
                .collect(Collectors.toCollection(TreeSet::new));
    Set<String> run =
        new ClassFileImporter()
            .importPackages("dev.holdfast.redis").stream()
                .filter(found -> found.getSimpleName().startsWith("Redis"))
                .filter(found -> found.isAssignableTo(EngineContract.class))
                .map(found -> found.getRawSuperclass().orElseThrow().getSimpleName())
                .collect(Collectors.toCollection(TreeSet::new));

    assertThat(contracts).hasSizeGreaterThan(20);
    assertThat(run).isEqualTo(contracts);
  }
}
