using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Testing.Simulation;

/// <summary>
/// Runs tasks one at a time, on the caller's thread, in an order drawn from a seed; time stands still while anything can run. A run with the
/// same seed takes the same course, so that what it found can be found again.
/// </summary>
public sealed class SeededTaskScheduler : TaskScheduler
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private readonly List<Task> _runnable = [];
    private readonly Random _random;

    public SeededTaskScheduler(int seed)
    {
        _random = new Random(seed);
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>The simulation's time.</summary>
    public FakeTimeProvider Time { get; }

    /// <summary>Steps run so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Runs to the end of <paramref name="main"/>, or throws after so much simulated time or so many steps.</summary>
    public void Run(Func<Task> main, TimeSpan limit, long stepLimit = 5_000_000)
    {
        ArgumentNullException.ThrowIfNull(main);
        DateTimeOffset end = Time.GetUtcNow() + limit;
        Task all = Start(main);
        while (!all.IsCompleted)
        {
            if (_runnable.Count > 0)
            {
                int next = _random.Next(_runnable.Count);
                Task task = _runnable[next];
                _runnable.RemoveAt(next);
                TryExecuteTask(task);
                if (++Steps > stepLimit)
                {
                    throw new TimeoutException($"not finished after {Steps} steps");
                }
            }
            else if (Time.GetUtcNow() < end)
            {
                Time.Advance(Tick);
            }
            else
            {
                throw new TimeoutException($"not finished after {limit} of simulated time");
            }
        }

        all.GetAwaiter().GetResult();
    }

    /// <summary>Starts another task of the simulation.</summary>
    public Task Start(Func<Task> main) =>
        Task.Factory.StartNew(main, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    protected override void QueueTask(Task task) => _runnable.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _runnable;
}
