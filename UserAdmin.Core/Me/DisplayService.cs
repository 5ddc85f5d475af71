using UserAdmin.Core.Common;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

/// <summary>Keeps how a person wants to see the portal.</summary>
public sealed class DisplayService(PreferenceService preferences)
{
    public async Task<DisplayPreferences> FindAsync(Actor actor, CancellationToken cancel) =>
        DisplayPreferences.Read(await preferences.FindAsync(DisplayPreferences.Name, actor, cancel));

    /// <summary>Changes what is kept, not what the page was loaded with: another tab may have changed something else since.</summary>
    public async Task<Result<DisplayPreferences>> ChangeAsync(Func<DisplayPreferences, DisplayPreferences> change, Actor actor, CancellationToken cancel)
    {
        var wanted = DisplayPreferences.Read(change(await FindAsync(actor, cancel)).ToJson());
        var kept = await preferences.KeepAsync(DisplayPreferences.Name, wanted.ToJson(), actor, cancel);
        return kept.Succeeded ? wanted : kept.Problem;
    }
}
