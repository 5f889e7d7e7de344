import subprocess,sys,glob
from concurrent.futures import ThreadPoolExecutor
def conf(f,psm='3'):
    t=subprocess.run(['tesseract',f,'stdout','-l','eng+spa','--dpi','200','--psm',psm,'tsv'],capture_output=True,text=True,env={'OMP_THREAD_LIMIT':'1','PATH':'/usr/bin:/bin'}).stdout
    c=[]
    for r in t.splitlines():
        x=r.split('\t')
        if len(x)==12 and x[0]=='5' and float(x[10])>=30 and sum(k.isalpha() for k in x[11])>=2: c.append(float(x[10]))
    return f,len(c),sum(c)/max(1,len(c)),sum(c)
fs=sorted(glob.glob('*-*-*.*'))
with ThreadPoolExecutor(2) as ex:
    for r in ex.map(conf,fs): print(*r)
