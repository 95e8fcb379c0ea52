using k8s;
using k8s.Models;

namespace Orchestrator.Agent.Feeds;

/// <summary>Takes what a feed hears.</summary>
public interface IObjectSink<T>
    where T : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>All there are; what is not among them is gone.</summary>
    void Replace(IEnumerable<T> all);

    void Set(T item);

    void Remove(T item);
}
