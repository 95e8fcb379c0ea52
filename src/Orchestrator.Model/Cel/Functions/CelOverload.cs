using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Computes a call, whose arguments are values of the parameters' types and no errors; pays for what depends on their size before doing it.</summary>
internal delegate object? CelFunction(object?[] arguments, CelBudget budget);

/// <summary>One function for one combination of types.</summary>
/// <param name="Signature">Name and types.</param>
/// <param name="Run">Computes it.</param>
internal sealed record CelOverload(CelSignature Signature, CelFunction Run)
{
    /// <summary>True where these values are of the parameters' types.</summary>
    public bool Takes(object?[] arguments)
    {
        if (arguments.Length != Signature.Parameters.Count)
        {
            return false;
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            CelKind wanted = Signature.Parameters[i].Kind;
            if (wanted is not (CelKind.Dyn or CelKind.Parameter) && wanted != CelValue.KindOf(arguments[i]))
            {
                return false;
            }
        }

        return true;
    }
}
