package dev.holdfast.examples.benchmark;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process has spent so far; two of them make a cost.
 *
 * @param cpuNanos processor time, of all threads
 * @param collections garbage collections
 * @param collectionMs time in them
 * @param allocated bytes allocated in the heap; before JDK 21 by the threads that are alive
 */
record ClientCost(long cpuNanos, long collections, long collectionMs, long allocated) {
  static ClientCost read() {
    long collections = 0;
    long ms = 0;
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      collections += Math.max(0, bean.getCollectionCount());
      ms += Math.max(0, bean.getCollectionTime());
    }
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new ClientCost(system.getProcessCpuTime(), collections, ms, allocatedSoFar());
  }

  ClientCost since(ClientCost then) {
    return new ClientCost(
        cpuNanos - then.cpuNanos,
        collections - then.collections,
        collectionMs - then.collectionMs,
        allocated - then.allocated);
  }

  /** The figures of a cost. */
  Sample perJob(int jobs) {
    return Sample.EMPTY
        .with(Figure.CLIENT_CPU, cpuNanos / 1e3 / jobs)
        .with(Figure.ALLOCATED, Math.max(0, allocated) / (double) jobs)
        .with(Figure.GC_COUNT, (double) collections)
        .with(Figure.GC_TIME, (double) collectionMs);
  }

  private static long allocatedSoFar() {
    try {
      // By name: the method came with JDK 21.
      Object bytes =
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                  "TotalThreadAllocatedBytes");
      if (bytes instanceof Long number && number >= 0) {
        return number;
      }
    } catch (JMException e) {
      // An older JDK.
    }
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }
}
