namespace Orchestrator.Grains.Events;

/// <summary>Tells users what happened to an object, as a core/v1 Event. Best effort: never waits, never fails, drops when overwhelmed.</summary>
public interface IEventRecorder
{
    void Record(ObservedEvent observed);
}

/// <param name="ApiVersion">Of the object concerned.</param>
/// <param name="Kind">Of the object concerned.</param>
/// <param name="Namespace">Of the object concerned; empty for cluster-scoped objects, whose events are in <c>default</c>.</param>
/// <param name="Name">Of the object concerned.</param>
/// <param name="Uid">Of the object concerned.</param>
/// <param name="IsWarning">Type Warning, otherwise Normal.</param>
/// <param name="Reason">One CamelCase word.</param>
/// <param name="Message">A sentence.</param>
/// <param name="Component">Who tells.</param>
public sealed record ObservedEvent(
    string ApiVersion, string Kind, string Namespace, string Name, string Uid, bool IsWarning, string Reason, string Message, string Component);
