# Make .venv and install Triptych into it. Runs again only when pyproject.toml has changed.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..")

$stamp = ".venv\installed.toml"
if ((Test-Path $stamp) -and ((Get-FileHash $stamp).Hash -eq (Get-FileHash pyproject.toml).Hash)) {
    exit 0
}
if (-not (Test-Path .venv\Scripts\python.exe)) {
    $found = $false
    foreach ($version in "3.13", "3.12", "3.11") {
        & py "-$version" -m venv .venv 2>$null
        if ($LASTEXITCODE -eq 0) { $found = $true; break }
    }
    if (-not $found) {
        Write-Error "Triptych needs Python 3.11, 3.12 or 3.13; install one from python.org."
    }
}
Write-Host "Installing Triptych into .venv (the first time takes a few minutes)"
& .venv\Scripts\python.exe -m pip install --quiet --disable-pip-version-check -e ".[dev]"
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
Copy-Item pyproject.toml $stamp
