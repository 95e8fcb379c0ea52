namespace Orchestrator.Store.Cache;

/// <summary>Those who wait for the cache to reach a revision: few, since a writer's own revision is there when it is answered. Not thread-safe.</summary>
internal sealed class RevisionWaiters
{
    private readonly LinkedList<Waiter> _waiting = new();

    public Waiter Add(long revision)
    {
        var waiter = new Waiter(revision);
        _waiting.AddLast(waiter.Node);
        return waiter;
    }

    public void Remove(Waiter waiter)
    {
        if (waiter.Node.List == _waiting)
        {
            _waiting.Remove(waiter.Node);
        }
    }

    public void Release(long revision)
    {
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Revision <= revision)
            {
                _waiting.Remove(node);
                node.Value.Reached.TrySetResult();
            }

            node = next;
        }
    }

    public sealed class Waiter
    {
        public Waiter(long revision)
        {
            Revision = revision;
            Node = new LinkedListNode<Waiter>(this);
        }

        public long Revision { get; }

        public LinkedListNode<Waiter> Node { get; }

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
