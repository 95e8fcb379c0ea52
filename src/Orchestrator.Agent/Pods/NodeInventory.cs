using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Telemetry;

namespace Orchestrator.Agent.Pods;

/// <summary>
/// What all runtimes of the node hold, as last seen. Looked at regularly and after every step; whoever asks while a look is under way that began
/// before the question waits for the next one, so that many pods share few looks and none sees less than it did itself.
/// </summary>
public sealed partial class NodeInventory(IReadOnlyList<IPodRuntime> runtimes, ILogger<NodeInventory> logger) : IDisposable
{
    private readonly SemaphoreSlim _looking = new(1);
    private long _asked;
    private long _answered;
    private Action<IReadOnlyCollection<string>> _changed = static _ => { };
    private volatile InventorySnapshot _latest = InventorySnapshot.Empty;

    public InventorySnapshot Latest => _latest;

    /// <summary>Looks, or shares a look that begins after this call.</summary>
    public async Task<InventorySnapshot> RefreshAsync(CancellationToken cancel)
    {
        var ticket = Interlocked.Increment(ref _asked);
        await _looking.WaitAsync(cancel);
        try
        {
            if (_answered >= ticket)
            {
                return _latest;
            }

            var upTo = Interlocked.Read(ref _asked);
            var before = _latest;
            var after = await LookAsync(before, cancel);
            _latest = after;
            _answered = upTo;
            var changed = before.Differences(after);
            if (changed.Count > 0)
            {
                _changed(changed);
            }

            return after;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>Has the uids of pods told whose sandboxes changed between two looks. The handler must be quick and must not look itself.</summary>
    public void OnChanged(Action<IReadOnlyCollection<string>> handler) => _changed += handler;

    public void Dispose() => _looking.Dispose();

    private async Task<InventorySnapshot> LookAsync(InventorySnapshot before, CancellationToken cancel)
    {
        var views = await Task.WhenAll(runtimes.Select(r => LookAsync(r, before, cancel)));
        return new InventorySnapshot([.. views]);
    }

    private async Task<RuntimeView> LookAsync(IPodRuntime runtime, InventorySnapshot before, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var sandboxes = await runtime.ListAsync(cancel);
            return new RuntimeView(runtime, IsCurrent: true, [.. sandboxes]);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            // The last view stays for reporting, marked as old: nobody may conclude from it that something has gone.
            var last = before.Runtimes.FirstOrDefault(v => v.Runtime == runtime);
            if (last is not { IsCurrent: false })
            {
                LogUnavailable(runtime.Identity.Technology, error);
            }

            return new RuntimeView(runtime, IsCurrent: false, last?.Sandboxes ?? []);
        }
        finally
        {
            AgentTelemetry.ObservationDuration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("technology", runtime.Identity.Technology));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Runtime {Technology} does not say what it holds")]
    private partial void LogUnavailable(string technology, Exception error);
}
