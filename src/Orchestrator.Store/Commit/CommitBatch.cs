using Orchestrator.Model;

namespace Orchestrator.Store.Commit;

/// <summary>
/// Requests that are committed in one transaction. Mutations of one key act one after another: each is put into the round after that of the one before it.
/// So is a mutation that needs another of its request.
/// </summary>
internal sealed class CommitBatch(int maxMutations, int maxBytes)
{
    /// <summary>Rounds cost a statement each. Who fights over one key beyond this waits for the next batch.</summary>
    private const int MaxRounds = 8;

    private readonly List<CommitRequest> _requests = [];
    private readonly List<PreparedMutation> _mutations = [];
    private readonly List<short> _rounds = [];
    private readonly List<short> _fenceIndexes = [];
    private readonly List<Fence> _fences = [];
    private readonly Dictionary<ObjectKey, short> _lastRounds = [];
    private int _bytes;

    public IReadOnlyList<CommitRequest> Requests => _requests;

    public IReadOnlyList<PreparedMutation> Mutations => _mutations;

    /// <summary>For each mutation, the round in which it acts, from 0.</summary>
    public IReadOnlyList<short> Rounds => _rounds;

    public int RoundCount { get; private set; }

    /// <summary>
    /// For each mutation, what it depends on: the number of its fence in <see cref="Fences"/>, from 1; or minus the number of the mutation that it
    /// needs, from 1, which has that fence; 0 for nothing.
    /// </summary>
    public IReadOnlyList<short> FenceIndexes => _fenceIndexes;

    public IReadOnlyList<Fence> Fences => _fences;

    /// <summary>Adds the request if it fits. The first always does: a caller's mutations are never split.</summary>
    public bool TryAdd(CommitRequest request)
    {
        if (_requests.Count > 0 && !Fits(request))
        {
            return false;
        }

        var fence = FenceIndex(request.Fence);
        var start = _mutations.Count;
        _requests.Add(request);
        _bytes += request.BodyBytes;
        foreach (var mutation in request.Mutations)
        {
            var round = _lastRounds.TryGetValue(mutation.Key, out var last) ? (short)(last + 1) : (short)0;
            var needed = start + mutation.Needs;
            if (needed is { } earlier)
            {
                round = Math.Max(round, (short)(_rounds[earlier] + 1));
            }

            _lastRounds[mutation.Key] = round;
            RoundCount = Math.Max(RoundCount, round + 1);
            _fenceIndexes.Add(needed is { } n ? (short)-(n + 1) : fence);
            _mutations.Add(mutation);
            _rounds.Add(round);
        }

        return true;
    }

    public void Clear()
    {
        _requests.Clear();
        _mutations.Clear();
        _rounds.Clear();
        _fenceIndexes.Clear();
        _fences.Clear();
        _lastRounds.Clear();
        _bytes = 0;
        RoundCount = 0;
    }

    private bool Fits(CommitRequest request)
    {
        if (_mutations.Count + request.Mutations.Length > maxMutations || _bytes + request.BodyBytes > maxBytes)
        {
            return false;
        }

        // A request of many mutations of one key takes many rounds by itself; it then goes alone.
        return RoundCount + request.Mutations.Length <= MaxRounds
            || request.Mutations.All(m => !_lastRounds.TryGetValue(m.Key, out var last) || last + 1 < MaxRounds);
    }

    private short FenceIndex(Fence? fence)
    {
        if (fence is not { } given)
        {
            return 0;
        }

        var index = _fences.IndexOf(given);
        if (index < 0)
        {
            _fences.Add(given);
            index = _fences.Count - 1;
        }

        return (short)(index + 1);
    }
}
