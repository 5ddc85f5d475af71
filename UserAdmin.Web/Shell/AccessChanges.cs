namespace UserAdmin.Web.Shell;

/// <summary>Tells the parts of an open page that what its owner may do has changed: an assignment ended, a role was edited.</summary>
public sealed class AccessChanges
{
    public event Action? Happened;

    public void Tell() => Happened?.Invoke();
}
