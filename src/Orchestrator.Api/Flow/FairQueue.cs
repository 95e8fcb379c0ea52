using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Api.Flow;

/// <summary>
/// A number of seats, and for each flow (user) a queue of those who wait for one. Freed seats go round the flows in turn, so that a user who sends
/// much waits behind himself and not before others. Wide requests, which take several seats, come round as many times less often
/// (deficit round robin).
/// </summary>
internal sealed class FairQueue(int seats, int maxPerFlow, int maxWaiting)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WaitingFlow> _flows = new(StringComparer.Ordinal);
    private readonly LinkedList<WaitingFlow> _turns = new();
    private int _taken;
    private int _waiting;

    /// <summary>Seats that are taken now.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Requests that wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes seats where there are free ones and nobody waits for them; null otherwise.</summary>
    /// <param name="width">Seats, at most all there are.</param>
    public FlowSeat? TryTake(int width)
    {
        width = Math.Clamp(width, 1, seats);
        lock (_gate)
        {
            if (_waiting > 0 || _taken + width > seats)
            {
                return null;
            }

            _taken += width;
            return new FlowSeat(this, width);
        }
    }

    /// <summary>Takes a place in the flow's queue; false where that is full.</summary>
    /// <param name="flow">Whose request it is.</param>
    /// <param name="width">Seats, at most all there are.</param>
    /// <param name="seat">Ends when there is a seat; where it is cancelled, none is held.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public bool TryWait(string flow, int width, [NotNullWhen(true)] out Task<FlowSeat>? seat, CancellationToken cancel)
    {
        seat = null;
        Waiter waiter;
        lock (_gate)
        {
            var queue = _flows.GetValueOrDefault(flow) ?? new WaitingFlow(flow);
            if (_waiting >= maxWaiting || queue.Requests.Count >= maxPerFlow)
            {
                return false;
            }

            waiter = new Waiter(queue, Math.Clamp(width, 1, seats));
            Append(waiter);
            Dispatch();
        }

        seat = WaitAsync(waiter, cancel);
        return true;
    }

    internal void Leave(int width)
    {
        lock (_gate)
        {
            _taken -= width;
            Dispatch();
        }
    }

    private async Task<FlowSeat> WaitAsync(Waiter waiter, CancellationToken cancel)
    {
        using (cancel.UnsafeRegister(_ => GiveUp(waiter, cancel), null))
        {
            return await waiter.Seated.Task;
        }
    }

    private void Append(Waiter waiter)
    {
        var flow = waiter.Flow;
        waiter.Place = flow.Requests.AddLast(waiter);
        _waiting++;
        if (flow.Requests.Count == 1)
        {
            _flows[flow.Name] = flow;
            flow.Turn = _turns.AddLast(flow);
        }
    }

    private void GiveUp(Waiter waiter, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (waiter.Place is null)
            {
                return;
            }

            Remove(waiter);
            Dispatch();
        }

        waiter.Seated.TrySetCanceled(cancel);
    }

    private void Remove(Waiter waiter)
    {
        var flow = waiter.Flow;
        flow.Requests.Remove(waiter.Place!);
        waiter.Place = null;
        _waiting--;
        if (flow.Requests.Count == 0)
        {
            _turns.Remove(flow.Turn!);
            _flows.Remove(flow.Name);
        }
    }

    /// <summary>Seats the next in turn while there is room. The one whose turn it is is waited for, or a wide request would never find room.</summary>
    private void Dispatch()
    {
        while (_turns.First is { } turn)
        {
            var flow = turn.Value;
            var next = flow.Requests.First!.Value;
            if (flow.Credit < next.Width)
            {
                flow.Credit++;
                if (flow.Credit < next.Width)
                {
                    _turns.Remove(turn);
                    _turns.AddLast(turn);
                    continue;
                }
            }

            if (_taken + next.Width > seats)
            {
                return;
            }

            _taken += next.Width;
            flow.Credit = 0;
            Remove(next);
            if (flow.Requests.Count > 0)
            {
                _turns.Remove(turn);
                _turns.AddLast(turn);
            }

            // Continuations run elsewhere: this holds the lock.
            next.Seated.TrySetResult(new FlowSeat(this, next.Width));
        }
    }

    private sealed class WaitingFlow(string name)
    {
        public string Name { get; } = name;

        public LinkedList<Waiter> Requests { get; } = new();

        public LinkedListNode<WaitingFlow>? Turn { get; set; }

        /// <summary>Turns that the flow has saved up for a wide request.</summary>
        public int Credit { get; set; }
    }

    private sealed class Waiter(WaitingFlow flow, int width)
    {
        public WaitingFlow Flow { get; } = flow;

        public int Width { get; } = width;

        public LinkedListNode<Waiter>? Place { get; set; }

        public TaskCompletionSource<FlowSeat> Seated { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
