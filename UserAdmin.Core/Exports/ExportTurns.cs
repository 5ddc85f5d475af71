using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Exports;

/// <summary>How many lists somebody has sent to them at this moment by this server: three, so that nobody keeps it busy alone.</summary>
public sealed class ExportTurns
{
    private readonly Dictionary<(string Tenant, Guid UserId), int> taken = [];

    /// <summary>Null when there is none left. Dispose of it when the list is sent.</summary>
    internal IDisposable? Take(Tenant tenant, Guid userId)
    {
        lock (taken)
        {
            var count = taken.GetValueOrDefault((tenant.Name, userId));
            if (count >= ExportService.MostAtOnce)
                return null;
            taken[(tenant.Name, userId)] = count + 1;
        }
        return new Turn(this, (tenant.Name, userId));
    }

    private sealed class Turn(ExportTurns turns, (string, Guid) key) : IDisposable
    {
        private bool isOver;

        public void Dispose()
        {
            lock (turns.taken)
            {
                if (isOver)
                    return;
                isOver = true;
                if (--turns.taken[key] == 0)
                    turns.taken.Remove(key);
            }
        }
    }
}
