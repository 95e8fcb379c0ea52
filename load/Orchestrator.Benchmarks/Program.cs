using BenchmarkDotNet.Running;

// Usage: dotnet run -c Release --project load/Orchestrator.Benchmarks -- --filter '*Placement*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
