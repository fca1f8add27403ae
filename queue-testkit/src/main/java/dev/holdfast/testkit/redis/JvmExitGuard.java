package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends a process when this JVM ends, however it ends.
 *
 * <p>A shutdown hook has two faults here. It does not run when the JVM is killed with SIGKILL, as
 * test runners and IDEs do, and a Redis would stay behind. And hooks run side by side: Redis would
 * go while the hook of a worker still drains into it. So a tiny shell waits on a pipe instead,
 * whose other end this JVM holds and the kernel closes at its death, after the last hook. It then
 * ends the process (SIGTERM, after 5 s SIGKILL) and removes its temporary directories.
 *
 * <p>Where there is no {@code sh}, a shutdown hook does what it can.
 */
final class JvmExitGuard {
  private static final String SCRIPT =
      String.join(
          "\n",
          // Ctrl-C reaches every process of the terminal; the guard must see the JVM out
          "trap '' INT HUP TERM",
          // nothing is ever written: this returns when the pipe closes
          "read -r line",
          "pid=$1; shift",
          // a stopped process takes the SIGTERM once it continues
          "kill -TERM \"$pid\" 2>/dev/null && kill -CONT \"$pid\" 2>/dev/null",
          "tries=0",
          "while [ \"$tries\" -lt 50 ] && kill -0 \"$pid\" 2>/dev/null; do sleep 0.1;"
              + " tries=$((tries + 1)); done",
          "kill -KILL \"$pid\" 2>/dev/null",
          "[ \"$#\" -eq 0 ] || rm -rf -- \"$@\"");

  /**
   * The guards on duty. Held here because a Process that nobody holds is collected, which closes
   * its pipe: the guard would end a Redis of which the test kept only the address.
   */
  private static final Set<JvmExitGuard> ON_DUTY = ConcurrentHashMap.newKeySet();

  private final Runnable dismissal;

  private JvmExitGuard(Runnable dismissal) {
    this.dismissal = dismissal;
    ON_DUTY.add(this);
  }

  /**
   * Sets a guard over a process.
   *
   * @param temporary directories to remove with everything in them when the JVM ends first
   */
  static JvmExitGuard over(Process process, List<Path> temporary) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", SCRIPT, "holdfast-redis-guard"));
    command.add(Long.toString(process.pid()));
    temporary.forEach(directory -> command.add(directory.toString()));
    try {
      Process shell =
          new ProcessBuilder(command)
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start();
      return new JvmExitGuard(shell::destroyForcibly);
    } catch (IOException noShell) {
      Thread hook = new Thread(process::destroyForcibly, "holdfast-redis-exit");
      Runtime.getRuntime().addShutdownHook(hook);
      return new JvmExitGuard(
          () -> {
            try {
              Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException exiting) {
              // the hook runs already
            }
          });
    }
  }

  /**
   * Calls the guard off: the process is gone, and its number may soon belong to another.
   * Idempotent.
   */
  void dismiss() {
    if (ON_DUTY.remove(this)) {
      dismissal.run();
    }
  }
}
