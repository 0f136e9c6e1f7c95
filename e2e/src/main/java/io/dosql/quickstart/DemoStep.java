package io.dosql.quickstart;

/** One step of the demo's story. */
record DemoStep(String title, Display.Work work) {}
