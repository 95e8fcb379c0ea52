using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Api.Responses;

/// <summary>A value, or the error that is answered in its stead.</summary>
internal readonly record struct Outcome<T>(T? Value, StatusError? Error)
{
    [MemberNotNullWhen(true, nameof(Error))]
    [MemberNotNullWhen(false, nameof(Value))]
    public bool Failed => Error is not null;

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(StatusError error) => new(default, error);
}
