using System.Net.Sockets;
using Npgsql;

namespace Orchestrator.Store.Connections;

/// <summary>The one place where SQLSTATEs and driver exceptions are told apart.</summary>
internal static class DatabaseErrors
{
    /// <summary>
    /// Any failure to talk to the database, or of the database itself: worth another attempt on a new connection.
    /// Disk full (53100) and the like count: an operator may mend them while callers still wait.
    /// </summary>
    public static bool IsTransient(Exception e) => e switch
    {
        PostgresException p => p.IsTransient || p.SqlState is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] or ['2', '5', ..] or PostgresErrorCodes.CrashShutdown,
        NpgsqlException or SocketException or IOException or TimeoutException => true,
        // Npgsql's way of saying that the connection broke between two uses.
        ObjectDisposedException or InvalidOperationException { Source: "Npgsql" } => true,
        _ => false,
    };

    /// <summary>Failures of the database in general, transient or not.</summary>
    public static bool IsDatabase(Exception e) => e is PostgresException || IsTransient(e);
}
