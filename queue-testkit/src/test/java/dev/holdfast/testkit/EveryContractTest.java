package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.holdfast.testkit.contract.EngineContract;
import dev.holdfast.testkit.contract.EngineContracts;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A contract that no suite runs says nothing of an engine. */
class EveryContractTest {
  private static final JavaClasses CONTRACTS =
      new ClassFileImporter().importPackages("dev.holdfast.testkit.contract");

  @Test
  void every_contract_is_in_the_suite() {
    Set<String> contracts =
        CONTRACTS.stream()
            .filter(found -> found.isAssignableTo(EngineContract.class))
            .filter(found -> found.getModifiers().contains(JavaModifier.PUBLIC))
            .map(JavaClass::getSimpleName)
            .filter(name -> !name.equals("EngineContract"))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> run =
        CONTRACTS.stream()
            .filter(found -> found.isAnnotatedWith(Nested.class))
            .filter(found -> found.getName().startsWith(EngineContracts.class.getName()))
            .map(found -> found.getRawSuperclass().orElseThrow().getSimpleName())
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(contracts).hasSizeGreaterThan(20);
    assertThat(run).isEqualTo(contracts);
  }
}
